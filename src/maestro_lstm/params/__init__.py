"""params.yaml, typed and checked."""

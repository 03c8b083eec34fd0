"""Files, errors, processes. No figure is computed here, so no stage depends on it."""

"""Files, errors, processes, compilation. No figure is computed here, so no stage depends on it."""

"""Files, errors, processes. No figure depends on what is here, so no stage does."""

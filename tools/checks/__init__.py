"""Checks of the pipeline: that results fit the code, that they are reproducible, that nothing breaks it."""

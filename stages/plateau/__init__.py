"""Why the plateau? Ways to train, crossed."""

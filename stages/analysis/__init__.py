"""A closer look at the networks: baselines, breakdown, distances from real music."""

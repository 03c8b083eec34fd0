"""Ids to weights: networks, and how they are trained."""

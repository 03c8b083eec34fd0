"""Weights to something to hear."""

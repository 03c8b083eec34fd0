"""Sampling from a network: primers, the next symbol, whole pieces."""

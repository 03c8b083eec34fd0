"""Figures to tables and pictures."""

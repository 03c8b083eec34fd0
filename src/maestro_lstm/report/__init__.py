"""Figures as tables and pictures."""

"""Predictions to figures, and figures as files."""

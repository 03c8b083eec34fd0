"""Trained networks to those who make music with them: one class a kind."""

"""How far generated music is from real music."""

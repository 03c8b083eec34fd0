"""The page of music."""

"""The page to listen to and compare pieces."""

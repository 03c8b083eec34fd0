"""The page that plays on, live."""

"""Pages: the one that plays on, and the one to listen and to compare."""

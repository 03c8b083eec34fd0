"""How much of a stranger's file is read."""

MAX_FILE = 64 << 20  # bytes; the largest of MAESTRO has 0.5 MB

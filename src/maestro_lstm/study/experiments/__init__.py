"""The design: with which settings each training runs, and which candidate wins."""

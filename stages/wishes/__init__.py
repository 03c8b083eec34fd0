"""What the paper wished for, as sweeps."""

"""Are two versions of the code equal, byte for byte, in what they make? Then results in git may be carried over."""

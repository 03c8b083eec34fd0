"""The best network of the 90 symbols: what is done with it alone."""

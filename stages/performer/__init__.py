"""The network that plays: performances, its training, its figures, its music."""

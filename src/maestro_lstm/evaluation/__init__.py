"""How well networks and counting predict: likelihood, where it goes, and how sure a figure is."""

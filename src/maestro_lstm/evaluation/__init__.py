"""How well networks and counting predict, how far their music is from real music, and how sure a figure is."""

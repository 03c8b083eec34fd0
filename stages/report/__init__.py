"""Figures in metrics/ as tables and pictures, one script a page."""

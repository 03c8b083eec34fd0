"""What a stranger can check of the study: every training it has, and how each begins."""

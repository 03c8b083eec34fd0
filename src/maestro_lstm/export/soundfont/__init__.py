"""The piano that everything is heard on, with its licence."""

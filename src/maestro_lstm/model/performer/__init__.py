"""The network of performances: one recurrent step a note, and how it is fed."""

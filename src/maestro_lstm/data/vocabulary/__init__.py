"""The 90 symbols: how chords become symbols and ids, and back."""

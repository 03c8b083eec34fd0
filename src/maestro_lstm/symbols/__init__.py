"""The 90 symbols: notes to chords, chords to symbols and ids, and back."""

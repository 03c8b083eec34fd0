"""MIDI files to notes and chords, read in guarded processes."""

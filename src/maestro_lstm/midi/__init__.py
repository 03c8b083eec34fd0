"""Strangers' MIDI files to notes, read in guarded processes."""

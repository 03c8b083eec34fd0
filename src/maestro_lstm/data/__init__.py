"""Bytes to ids: corpora, MIDI, the vocabulary."""

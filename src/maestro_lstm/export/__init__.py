"""A piece as MIDI, notation, pictures and sound."""

"""A piece as MIDI, notation, pictures and sound; and how pictures look."""

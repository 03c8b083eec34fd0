"""Where music comes from: a folder of MIDI files and an index."""

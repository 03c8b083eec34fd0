"""Where music comes from: each corpus becomes a folder of MIDI files and an index, `pieces.csv`."""

"""MIDI to symbols, symbols to a hand-written LSTM, and back to music.

One module an arrow, in the order in which the data passes through them:

    bytes -> pieces -> notes -> chords -> symbols -> ids -> windows -> weights -> scores -> music
"""

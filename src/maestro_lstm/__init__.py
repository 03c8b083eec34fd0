"""MIDI to symbols, symbols to a hand-written LSTM, and back to music.

One package per noun, none importing upward:

    plumbing, choices, jit, style <- data <- model <- weights, music <- study
                                     console stands on weights and music
"""

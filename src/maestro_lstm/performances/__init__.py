"""The second vocabulary: notes with time, velocity and pedal, as a piece, as columns, as tokens."""

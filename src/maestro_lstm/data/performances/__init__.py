"""The second vocabulary: performances, notes with time, force and pedal."""

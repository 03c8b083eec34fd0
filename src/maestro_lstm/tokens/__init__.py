"""What networks read and write: the 90 symbols, and notes with time, velocity and pedal."""

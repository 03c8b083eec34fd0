"""Music by the network that plays: steered, note by note, with time, force and pedal."""

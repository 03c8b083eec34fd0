"""Music by a network: primers, sampling, whole pieces."""

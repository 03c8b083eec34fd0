"""Everything between settings and trained weights: windows, schedules, the loop, snapshots, kept runs."""

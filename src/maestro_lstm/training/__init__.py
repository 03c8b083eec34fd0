"""Everything between settings and trained weights: windows, schedules, the loop, snapshots, the run cache."""

"""The command line for people who only want music: no data, no DVC."""

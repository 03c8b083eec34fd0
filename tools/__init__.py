"""What stands around the pipeline: the environment, the demo, the study on several cores, checks."""

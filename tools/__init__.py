"""What stands around the pipeline: the environment, the demo, the paper's figures as a revision, a bucket, checks."""

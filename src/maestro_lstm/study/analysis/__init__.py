"""A closer look at predictors: baselines, where they are right, confidence intervals."""

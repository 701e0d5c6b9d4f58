"""Files of weights: what kind each is, read without running what stands in it."""

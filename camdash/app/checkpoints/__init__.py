"""The page of checkpoints, and the choice among them."""

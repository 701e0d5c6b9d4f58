"""Two checkpoints beside each other."""

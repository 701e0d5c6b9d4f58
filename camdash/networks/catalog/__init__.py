"""The checkpoints that lie in folders: found, described, named."""

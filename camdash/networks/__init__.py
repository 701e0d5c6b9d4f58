"""Checkpoints: found, read safely, split at the input of global average pooling, and checked."""

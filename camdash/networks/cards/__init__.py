"""Cards: what a checkpoint says of itself, and what it knows of its training images."""

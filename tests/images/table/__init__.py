"""The table of files: each right one with its expected pixels, each wrong one with its expected sentence."""

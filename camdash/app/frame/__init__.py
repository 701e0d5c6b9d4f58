"""What stands around every page, and what it shows while it starts."""

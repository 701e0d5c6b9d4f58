"""What is known of each file, in words."""

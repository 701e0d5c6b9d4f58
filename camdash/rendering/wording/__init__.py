"""What is said of answers, and of two that are compared."""

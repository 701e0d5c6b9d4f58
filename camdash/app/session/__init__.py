"""What a visitor has chosen and opened, and what is kept of it between runs."""

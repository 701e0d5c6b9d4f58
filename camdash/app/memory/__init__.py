"""The memory of uploads: what a tab may hold, and what it gives back when it is closed."""

"""The page of one radiograph: its answer and its maps."""

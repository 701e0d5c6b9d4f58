"""The page that lists all uploads."""

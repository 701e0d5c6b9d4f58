"""What camdash says: sentences that can be said in another language, and the catalogs of their translations."""

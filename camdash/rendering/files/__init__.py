"""Files to take away: overlays, raw maps, tables."""

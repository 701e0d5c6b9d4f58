"""Pictures of evidence: scale, color, registered enlargement, overlay."""

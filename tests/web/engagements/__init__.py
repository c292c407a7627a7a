"""Pages of engagements and contracts."""

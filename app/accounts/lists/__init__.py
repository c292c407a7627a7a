"""Pages of lists about accounts, for routes and pages alike."""

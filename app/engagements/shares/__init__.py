"""How several managers share one project."""

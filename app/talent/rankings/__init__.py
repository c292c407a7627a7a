"""Rankings (金牌评选) of managers by a formula."""

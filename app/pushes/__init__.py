"""Pushes (定向推送): which pairs go to which managers, and what managers and owners answer."""

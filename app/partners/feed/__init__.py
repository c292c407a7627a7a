"""The feed of changes for partners: numbered after the commit, filtered by the agreement, signed page by page."""

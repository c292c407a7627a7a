"""Spaces of vectors: one model serves while another one's space becomes complete in the background."""

"""Relevance feedback: owners' answers about matches, error reports, and what managers' answers teach."""

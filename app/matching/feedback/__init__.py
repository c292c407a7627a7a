"""Relevance feedback: impressions shown, and judgements derived from what people did."""

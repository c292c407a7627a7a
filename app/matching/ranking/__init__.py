"""Ranking: similarity, corpus statistics, features, the ranker and its explanations."""

"""Matching: ranks achievements for demands, recommends managers for pairs, and learns from use."""

"""Evaluation of matching on judged datasets."""

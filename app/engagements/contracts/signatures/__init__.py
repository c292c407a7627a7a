"""Signing of contracts by both parties: who signs for whom, signatures, and consents that are given or missing."""

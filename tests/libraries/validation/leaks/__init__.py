"""Tests of the leak check and of markings of state secrets."""

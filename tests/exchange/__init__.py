"""Tests of the exchange of records with other systems."""

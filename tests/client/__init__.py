"""Tests of `sanku.client`."""

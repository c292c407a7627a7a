"""Tests of an engagement's stages."""

"""Tests of the files for operators in `deploy/`."""

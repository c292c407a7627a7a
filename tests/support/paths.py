"""Paths that tests use, so that a test may move between folders."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
APP = REPOSITORY / "app"
SCRIPTS = REPOSITORY / "scripts"
DEMO_DATA = APP / "demo" / "data"
SHARED_DATA = REPOSITORY.parent / "shared" / "data"
"""Evaluation data beside the checkout; tests that need it skip and say so where it is absent."""

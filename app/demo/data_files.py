"""The directory of the demonstration data."""

from pathlib import Path

DATA = Path(__file__).parent / "data"

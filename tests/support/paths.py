"""Paths that tests use, so that a test may move between folders."""

import os
import shutil
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
APP = REPOSITORY / "app"
SCRIPTS = REPOSITORY / "scripts"
DEMO_DATA = APP / "demo" / "data"
SHARED_DATA = REPOSITORY.parent / "shared" / "data"
"""Evaluation data beside the checkout; tests that need it skip and say so where it is absent."""


def _memory_disk(needed: int = 2 << 30) -> Path | None:
    """A folder in memory, where the system has one with room for two test processes."""
    folder = Path("/dev/shm")
    usable = folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > needed
    return folder if usable else None


MEMORY_DISK = _memory_disk()
"""For the databases of tests: none of them needs to reach a disk. None where there is no such folder."""

"""The garbage collector of a process that lives long: it does not search again what is there to stay."""

import gc
import time
from collections.abc import Mapping

LONG_SEARCH = 0.1
"""Seconds."""


class KeptObjects:
    """Takes what survived a long search for garbage out of later ones.

    The indexes and memories of a service with 100,000 records are millions of objects. A search through all of them
    stopped every request for up to two seconds, and found nothing.
    """

    def __init__(self) -> None:
        self._began = 0.0

    def __call__(self, phase: str, info: Mapping[str, int]) -> None:
        """Called by the collector before and after each search."""
        if info["generation"] < len(gc.get_threshold()) - 1:
            return
        if phase == "start":
            self._began = time.perf_counter()
        elif time.perf_counter() - self._began > LONG_SEARCH:
            gc.freeze()


def keep_long_lived_objects() -> None:
    """For the rest of the process."""
    gc.callbacks.append(KeptObjects())

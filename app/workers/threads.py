"""The workers of one process, each in a thread of its own."""

import threading
from collections.abc import Sequence
from typing import Protocol


class Runnable(Protocol):
    """A worker or a courier: works until it is told to stop, and wakes when it is nudged."""

    def run(self, stop: threading.Event) -> None: ...

    def wake(self) -> None: ...


class WorkerThreads:
    """Starts the workers and ends them together; each finishes the event that it has in hand."""

    def __init__(self, workers: Sequence[Runnable]) -> None:
        self._workers = tuple(workers)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=worker.run, args=(self._stop,), name=f"worker-{number}")
            for number, worker in enumerate(self._workers)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Returns when all have ended."""
        self._stop.set()
        for worker in self._workers:
            worker.wake()
        for thread in self._threads:
            thread.join()

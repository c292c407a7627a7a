"""The workers of one process, each in its own thread."""

import threading
from collections.abc import Sequence
from typing import Protocol


class Runnable(Protocol):
    """A worker of either kind."""

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set."""
        ...

    def wake(self) -> None:
        """End the present pause between polls, for example to stop at once."""
        ...


class WorkerThreads:
    """Starts and stops the workers together; each finishes the events that it is handling."""

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
        """Stop all workers, and return when all have ended."""
        self._stop.set()
        for worker in self._workers:
            worker.wake()
        for thread in self._threads:
            thread.join()

"""What the benchmarks of matching measure with: times, memory, recall, nDCG, ranks put together."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np


class Clock:
    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        done = work()
        self._seconds[name] = round(time.perf_counter() - wall, 3)
        self._seconds[f"{name}, cpu"] = round(time.process_time() - cpu, 3)
        return done


def times(work: Sequence[Callable[[], Any]]) -> dict[str, float]:
    """Milliseconds of each call: median and 95th percentile, of the clock and of the processor."""
    wall, cpu = [], []
    for one in work:
        began, used = time.perf_counter(), time.process_time()
        one()
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - used))
    return {
        f"{name} {label}": round(float(value), 2)
        for name, values in (("wall", wall), ("cpu", cpu))
        for label, value in (("median", np.median(values)), ("p95", np.percentile(values, 95)))
    }


def one_thread() -> None:
    import faiss
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1)
    faiss.omp_set_num_threads(1)


def resident_mb() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


def ndcg(ranked: Sequence[Sequence[str]], answers: Sequence[str]) -> float:
    """One right answer for each demand: its gain is discounted by its rank."""
    gains = [
        1 / np.log2(items.index(answer) + 2) if answer in items[:10] else 0.0
        for items, answer in zip(ranked, answers, strict=True)
    ]
    return round(float(np.mean(gains)), 4)


def recall(found: Sequence[Sequence[str]], exact: Sequence[Sequence[str]]) -> float:
    shares = [
        len({*some} & {*wanted}) / len(wanted) for some, wanted in zip(found, exact, strict=True) if wanted
    ]
    return round(float(np.mean(shares)), 4)


def quality(ranked: Sequence[Sequence[str]], answers: Sequence[str]) -> dict[str, float]:
    """Of lists of ids: nDCG@10, and the share of demands whose answer is among the first 20."""
    among = [answer in items[:20] for items, answer in zip(ranked, answers, strict=True)]
    return {"ndcg_at_10": ndcg(ranked, answers), "answer_in_20": round(float(np.mean(among)), 4)}


def fused(lists: Sequence[Sequence[str]], count: int) -> list[str]:
    """Reciprocal rank fusion (k = 60): the first `count` ids."""
    gains: dict[str, float] = {}
    for items in lists:
        for rank, item in enumerate(items, 1):
            gains[item] = gains.get(item, 0.0) + 1 / (60 + rank)
    return sorted(gains, key=lambda item: -gains[item])[:count]

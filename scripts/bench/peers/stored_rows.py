"""The achievements of a crowd's store, read straight from its tables, and the true neighbours of its demands."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from crowd import Array, Real
from numpy.typing import NDArray

from app.database import Database

NEIGHBOURS = 80
SHOWN = 20

FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "province (6 of 8)": {"region": "370000"},
    "city (3 of 8)": {"region": "370100"},
    "TRL 7 or more (3 of 9)": {"min_trl": 7},
    "TRL 9 in one city (1 of 24)": {"min_trl": 9, "region": "370100"},
}


@dataclass(frozen=True)
class CrowdFile:
    """A crowd's SQLite file; beside it, as JSON, the ids of the judged demands and of their answers."""

    path: Path
    real: Real

    def database(self) -> Database:
        return Database(f"sqlite:///{self.path}")

    def judged(self) -> tuple[list[str], list[str]]:
        """Ids of the judged demands, and of the one achievement that answers each (n), with hyphens."""
        demands, answers = json.loads(self.path.with_suffix(".json").read_text())
        return demands, answers

    def answers(self) -> list[str]:
        """The answers as tables write them: without hyphens (n)."""
        return [answer.replace("-", "") for answer in self.judged()[1]]


def all_rows(database: Any) -> tuple[list[str], Array, list[str]]:
    """Ids, vectors and words of all achievements."""
    ids: list[str] = []
    rows: list[Array] = []
    words: list[str] = []
    for block in _blocks(database):
        ids.extend(row.record_id for row in block)
        rows.append(np.stack([np.frombuffer(row.vector, np.float32) for row in block]))
        words.extend(row.member_words for row in block)
    return ids, np.concatenate(rows), words


def _blocks(database: Any) -> Any:
    from sqlalchemy import text

    query = text(
        "SELECT v.record_id, v.region, v.trl, v.vector, d.member_words FROM record_vectors v "
        "JOIN search_documents d ON d.record_id = v.record_id "
        "WHERE v.kind = 'achievement' AND v.active AND v.rowid > :low AND v.rowid <= :high"
    )
    with database.reading() as session:
        last = session.execute(text("SELECT max(rowid) FROM record_vectors")).scalar_one()
        for low in range(0, last, 20_000):
            block = session.execute(query, {"low": low, "high": low + 20_000}).all()
            if block:
                yield block


def brute_force(database: Any, queries: Array, k: int) -> dict[str, list[list[str]]]:
    """The true nearest, by inner product over the stored float32 vectors, for each filter."""
    best: dict[str, list[tuple[NDArray[np.float32], list[str]]]] = {
        name: [(np.zeros(0, np.float32), []) for _ in queries] for name in FILTERS
    }
    for block in _blocks(database):
        scores = queries @ np.stack([np.frombuffer(row.vector, np.float32) for row in block]).T
        for name, parts in FILTERS.items():
            passing = np.array([_passes(row, parts) for row in block])
            if not passing.any():
                continue
            ids = [row.record_id for row, here in zip(block, passing, strict=True) if here]
            for place, mine in enumerate(scores[:, passing]):
                top = np.argpartition(-mine, min(k, len(mine)) - 1)[:k]
                known, names = best[name][place]
                joined, all_names = np.concatenate([known, mine[top]]), [*names, *(ids[row] for row in top)]
                order = np.argsort(-joined, kind="stable")[:k]
                best[name][place] = (joined[order], [all_names[row] for row in order])
    return {name: [names for _, names in found] for name, found in best.items()}


def _passes(row: Any, parts: dict[str, Any]) -> bool:
    region = parts.get("region", "").rstrip("0")
    return bool(row.region.startswith(region) and row.trl >= parts.get("min_trl", 0))

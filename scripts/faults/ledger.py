"""What a service acknowledged to its clients, and what of it is in the store in the end."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select

from app.database import Database
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.pushes.models import Push

MODELS: dict[str, type[Demand] | type[Achievement]] = {"demands": Demand, "achievements": Achievement}
RANK = {"draft": 0, "submitted": 1, "published": 2}
"""The bureau may have gone on with a record since its owner heard of it."""


@dataclass
class Acknowledged:
    """One record as its owner last heard of it. A change that was under way when a process died may be there or not."""

    library: str
    title: str
    state: str
    under_way: str | None = None


@dataclass
class Ledger:
    """All that was acknowledged; safe in threads."""

    mark: str
    records: dict[UUID, Acknowledged] = field(default_factory=dict)
    attempted: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, answer: str) -> None:
        with self._lock:
            self.answers[answer] += 1

    def note(self, fault: str) -> None:
        with self._lock:
            self.faults.append(fault)

    def attempt(self, title: str) -> None:
        with self._lock:
            self.attempted.add(title)

    def acknowledge(self, id_: UUID, record: Acknowledged) -> None:
        with self._lock:
            self.records[id_] = record

    def compare(self, database: Database) -> list[str]:
        """What clients noted since the last comparison, what the store lacks of what was acknowledged, and what it has
        twice or that nobody sent."""
        found, self.faults = self.faults, []
        with database.reading() as session:
            for library, model in MODELS.items():
                rows = {
                    row.id: row
                    for row in session.execute(
                        select(model.id, model.title, model.state).where(model.title.contains(self.mark))
                    )
                }
                known = {id_: one for id_, one in self.records.items() if one.library == library}
                for id_, one in known.items():
                    row = rows.get(id_)
                    if row is None:
                        found.append(f"lost: {library} {id_} {one.title}")
                    elif row.title not in (one.title, one.under_way):
                        found.append(f"changed: {library} {id_} is called {row.title}, not {one.title}")
                    elif RANK[row.state] < RANK[one.state]:
                        found.append(f"state: {library} {id_} is {row.state}, not {one.state}")
                created = Counter(row.title.partition(" ")[0] for row in rows.values())
                found += [f"twice: {library} {title}" for title, times in created.items() if times > 1]
                found += [f"unknown: {library} {title}" for title in created if title not in self.attempted]
            doubled = session.execute(
                select(Push.demand_id, Push.achievement_id, Push.manager_id)
                .group_by(Push.demand_id, Push.achievement_id, Push.manager_id)
                .having(func.count() > 1)
            ).all()
            found += [f"pushed twice: {row}" for row in doubled]
        return found

"""Ranked pairs, pushes and preferences."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import delete, select

from app.accounts.access.principal import Principal
from app.accounts.models import Role
from app.matching.models import Pair, RecordVector
from app.pushes.digests.models import Digest
from app.pushes.models import InboxChange, Push, PushAttempt
from app.pushes.preferences.models import PushPreference
from tests.support.builders.pushes import make_push
from tests.support.scenario.records import Records


class Pushes(Records):
    """Pairs as ranking leaves them, and what became of their pushes."""

    def rank_pair(self, demand_id: UUID, achievement_id: UUID, score: float = 0.8) -> None:
        """Rank the pair, again if it was ranked before."""
        with self.database.unit_of_work() as session:
            known = session.scalar(
                select(Pair).where(Pair.demand_id == demand_id, Pair.achievement_id == achievement_id)
            )
            if known is not None:
                known.score = score
                return
            session.add(
                Pair(
                    demand_id=demand_id,
                    achievement_id=achievement_id,
                    score=score,
                    reasons={"zh": ["腐蚀—防腐"], "en": ["corrosion"]},
                    model_version="test-1",
                    index_position=1,
                    demand_version=1,
                    achievement_version=1,
                )
            )

    def unrank_pair(self, demand_id: UUID, achievement_id: UUID) -> None:
        """What a new ranking does to a pair that is no longer good."""
        with self.database.unit_of_work() as session:
            session.execute(
                delete(Pair).where(Pair.demand_id == demand_id, Pair.achievement_id == achievement_id)
            )

    def ranked_pair(self, score: float = 0.8) -> tuple[UUID, UUID]:
        """A published demand and achievement, ranked; nothing announced yet."""
        key = (self.demand(), self.achievement())
        self.rank_pair(*key, score)
        return key

    def copies(self, demand_id: UUID, achievement_id: UUID, count: int) -> list[UUID]:
        """Other achievements that say the same as this one, each a good pair of the demand."""
        copies = [self.achievement() for _ in range(count)]
        for copy in copies:
            self.rank_pair(demand_id, copy)
        with self.database.unit_of_work() as session:
            session.add_all(
                RecordVector(
                    record_id=id_,
                    seq=int(id_) & 0x7FFFFFFF,
                    kind="achievement",
                    model_id="test",
                    text_hash="",
                    vector=np.eye(4, dtype=np.float32)[0],
                    sentence_vectors=b"",
                )
                for id_ in (achievement_id, *copies)
            )
        return copies

    def push_attempts(self, **where: Any) -> list[PushAttempt]:
        with self.database.reading() as session:
            query = select(PushAttempt).filter_by(**where).order_by(PushAttempt.pushed_at, PushAttempt.round)
            found = list(session.scalars(query))
            session.expunge_all()
            return found

    def prefer(self, manager_id: UUID, **wishes: Any) -> None:
        """The manager's preferences, without quiet hours and days off unless given."""
        quiet = {"quiet_from": None, "quiet_until": None, "on_days_off": True}
        with self.database.unit_of_work() as session:
            session.merge(PushPreference(manager_id=manager_id, **quiet | wishes))

    def pass_days(self, days: int) -> None:
        """Move everything that was pushed and notified so far that much earlier."""
        by = timedelta(days=days)
        with self.database.unit_of_work() as session:
            for push in session.scalars(select(Push)):
                for name in ("created_at", "pushed_at", "expires_at", "notified_at", "answer_due_at"):
                    if getattr(push, name) is not None:
                        setattr(push, name, getattr(push, name) - by)
            for round_ in session.scalars(select(PushAttempt)):
                round_.pushed_at -= by
            for digest in session.scalars(select(Digest).order_by(Digest.day)):
                digest.day -= by
                session.flush()  # one by one, the oldest first: no two of one day on the way

    def pushes(self, **where: Any) -> list[Push]:
        with self.database.reading() as session:
            found = list(session.scalars(select(Push).filter_by(**where).order_by(Push.id)))
            session.expunge_all()  # they are read after the session's end
            return found

    def inbox_log(self) -> dict[UUID, list[tuple[int, str]]]:
        """Push → the numbers and kinds of its changes, as its manager's stream tells them."""
        found: dict[UUID, list[tuple[int, str]]] = {}
        with self.database.reading() as session:
            for change in session.scalars(select(InboxChange).order_by(InboxChange.seq)):
                found.setdefault(change.push_id, []).append((change.seq, change.change))
        return found

    def states(self, **where: Any) -> list[str]:
        return [push.state for push in self.pushes(**where)]

    def age_push(self, push_id: UUID, by: timedelta) -> None:
        """Let the push have been made, and end, that much earlier."""
        with self.database.unit_of_work() as session:
            push = session.get_one(Push, push_id)
            push.created_at -= by
            push.expires_at -= by

    def as_manager(self, manager_id: UUID) -> Principal:
        return Principal(role=Role.MANAGER, manager_id=manager_id)

    def push(
        self,
        manager_id: UUID,
        demand_id: UUID | None = None,
        achievement_id: UUID | None = None,
        **values: Any,
    ) -> UUID:
        """A push in its first attempt; of a new demand and a new achievement where none is given."""
        demand_id, achievement_id = demand_id or self.demand(), achievement_id or self.achievement()
        with self.database.unit_of_work() as session:
            row = make_push(
                session, manager_id=manager_id, demand_id=demand_id, achievement_id=achievement_id, **values
            )
            return row.id

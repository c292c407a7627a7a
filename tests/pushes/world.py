"""A small town for tests of pushing: organisations, records, ranked pairs, and a matcher that recommends everybody.

The matcher knows no rule on purpose: what must not be pushed, the rules of pushing alone have to stop.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, Role
from app.database import Database, now
from app.events.catalogue import (
    AchievementChanged,
    AchievementPublished,
    DemandChanged,
    DemandPublished,
    PairsRanked,
    pushes,
)
from app.events.domain_event import ClaimedEvent, subject_id_of
from app.events.handler import by_name
from app.events.outbox import Event, emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Affiliation, Manager
from app.libraries.record.models import RecordVersion
from app.matching.models import Pair
from app.matching.results import ManagerRecommendation
from app.pushes import handlers
from app.pushes.assignment import runs
from app.pushes.digests.models import Digest
from app.pushes.models import InboxChange, Push, PushAttempt
from app.pushes.planning import engagement_reassignment
from app.pushes.policy import current_policy
from app.pushes.preferences.models import PushPreference
from app.pushes.recommender import Recommender
from app.services import Services
from app.settings import Settings
from app.workers.worker import Worker
from tests.support.events import emit_named
from tests.support.handlers import handlers_of
from tests.support.services import make_services

_numbers = count(1)


@dataclass
class CarelessMatcher:
    """Recommends every manager, best `fits` first (0.5 by default)."""

    threshold: float = 0.5
    fits: dict[UUID, float] = field(default_factory=dict)

    def ranker(self, _: Session) -> "CarelessMatcher":
        """It has one threshold for ever."""
        return self

    def managers_for(
        self, session: Session, demand: Demand, achievement: Achievement, *, limit: int = 10
    ) -> list[ManagerRecommendation]:
        ids = session.scalars(select(Manager.id).order_by(Manager.id)).all()
        best = sorted(ids, key=lambda id_: -self.fits.get(id_, 0.5))[:limit]
        return [
            ManagerRecommendation(id_, self.fits.get(id_, 0.5), True, None, False, {"lines": ["合适"]})
            for id_ in best
        ]


def announce_demand(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Stands for matching: the pairs are in the table already, so ranking only announces them."""
    emit(session, PairsRanked(subject_id=subject_id_of(event), kind="demand", complete=True))


def announce_achievement(_: Services, session: Session, event: ClaimedEvent) -> None:
    emit(session, PairsRanked(subject_id=subject_id_of(event), kind="achievement", complete=True))


PUSHING = {
    DemandPublished: (announce_demand,),
    DemandChanged: (announce_demand,),
    AchievementPublished: (announce_achievement,),
    AchievementChanged: (announce_achievement,),
    **handlers_of(
        [handlers.__name__, runs.__name__, engagement_reassignment.__name__], events=pushes.__name__
    ),
}


class World:
    def __init__(self, database: Database, settings: Settings | None = None) -> None:
        self.database = database
        self.settings = settings or Settings(_env_file=None, demo=True, pushes_per_pair=2)
        self.matcher = CarelessMatcher()
        self.services = make_services(database, self.settings)
        self.services[Recommender] = self.matcher
        with database.reading() as session:
            self.policy = current_policy(session, self.services)

    def worker(self) -> Worker:
        return Worker(self.services, by_name(PUSHING))

    def work(self, limit: int | None = None) -> int:
        return self.worker().run_until_idle(limit=limit)

    def organisation(self, parent: UUID | None = None) -> UUID:
        with self.database.unit_of_work() as session:
            number = next(_numbers)
            row = Organisation(name=f"单位{number}", kind="enterprise", region="370100", parent_id=parent)
            session.add(row)
            session.flush()
            return row.id

    def demand(self, *, owner: UUID | None = None, state: str = "published", **values: Any) -> UUID:
        owner = owner or self.organisation()
        defaults: dict[str, Any] = {"title": "解决管道腐蚀", "main_problem": "管道腐蚀快", "region": "370100"}
        return self._record(Demand, "D", owner, state, defaults | values)

    def achievement(self, *, owner: UUID | None = None, state: str = "published", **values: Any) -> UUID:
        owner = owner or self.organisation()
        defaults: dict[str, Any] = {"title": "防腐涂层", "summary": "一种涂层", "region": "370100", "trl": 6}
        return self._record(Achievement, "A", owner, state, defaults | values)

    def manager(
        self,
        *,
        owner: UUID | None = None,
        state: str = "published",
        fit: float = 0.5,
        posts: Sequence[UUID] = (),
        **values: Any,
    ) -> UUID:
        owner = owner or self.organisation()
        id_ = self._record(Manager, "M", owner, state, {"title": "王经理", "region": "370100"} | values)
        self.matcher.fits[id_] = fit
        for post in posts:
            self.post(id_, post)
        return id_

    def post(self, manager_id: UUID, organisation_id: UUID) -> None:
        with self.database.unit_of_work() as session:
            session.add(Affiliation(manager_id=manager_id, organisation_id=organisation_id))

    def pair(self, demand_id: UUID, achievement_id: UUID, score: float = 0.8) -> None:
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

    def unrank(self, demand_id: UUID, achievement_id: UUID) -> None:
        """What a new ranking does to a pair that is no longer good."""
        with self.database.unit_of_work() as session:
            session.execute(
                delete(Pair).where(Pair.demand_id == demand_id, Pair.achievement_id == achievement_id)
            )

    def good_pair(self, score: float = 0.8) -> tuple[UUID, UUID]:
        """A published demand and achievement, ranked; nothing announced yet."""
        key = (self.demand(), self.achievement())
        self.pair(*key, score)
        return key

    def tell(self, name: str, subject_id: UUID) -> None:
        with self.database.unit_of_work() as session:
            emit_named(session, name, subject_id=subject_id)

    def set_state(self, model: type[Any], record_id: UUID, state: str) -> None:
        """The change of state with its event, as the libraries write them: in one transaction."""
        with self.database.unit_of_work() as session:
            record = session.get_one(model, record_id)
            record.state = state
            record.version += 1
            emit_named(session, f"{record.kind}.{state}", subject_id=record_id)

    def change(self, model: type[Any], record_id: UUID, **values: Any) -> None:
        with self.database.unit_of_work() as session:
            record = session.get_one(model, record_id)
            for name, value in values.items():
                setattr(record, name, value)
            record.version += 1
            emit_named(session, f"{record.kind}.changed", subject_id=record_id)

    def rewrite(self, model: type[Any], record_id: UUID, **values: Any) -> None:
        """As `change`, with what the libraries also write: the history, and the pairs' new versions."""
        with self.database.unit_of_work() as session:
            version = session.get_one(model, record_id).version + 1
            session.add(
                RecordVersion(
                    record_id=record_id,
                    kind=model.kind.value,
                    version=version,
                    action="change",
                    changed_fields=sorted(values),
                    data={},
                )
            )
            side = f"{model.kind.value}_id"
            for pair in session.scalars(select(Pair).where(getattr(Pair, side) == record_id)):
                setattr(pair, f"{model.kind.value}_version", version)
        self.change(model, record_id, **values)

    def rounds(self, **where: Any) -> list[PushAttempt]:
        with self.database.reading() as session:
            query = select(PushAttempt).filter_by(**where).order_by(PushAttempt.pushed_at, PushAttempt.round)
            found = list(session.scalars(query))
            session.expunge_all()
            return found

    def events(self, name: str) -> list[Event]:
        """In the order of their emission."""
        with self.database.reading() as session:
            found = list(session.scalars(select(Event).where(Event.name == name).order_by(Event.id)))
            session.expunge_all()
            return found

    def prefer(self, manager_id: UUID, **wishes: Any) -> None:
        """The manager's preferences, without quiet hours and days off unless given."""
        quiet = {"quiet_from": None, "quiet_until": None, "on_days_off": True}
        with self.database.unit_of_work() as session:
            session.merge(PushPreference(manager_id=manager_id, **quiet | wishes))

    def pass_days(self, days: int) -> None:
        """Move all pushes and notifications so far back by that much."""
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
        """Push → the numbers and kinds of its changes, as its manager's stream sends them."""
        found: dict[UUID, list[tuple[int, str]]] = {}
        with self.database.reading() as session:
            for change in session.scalars(select(InboxChange).order_by(InboxChange.seq)):
                found.setdefault(change.push_id, []).append((change.seq, change.change))
        return found

    def states(self, **where: Any) -> list[str]:
        return [push.state for push in self.pushes(**where)]

    def age(self, push_id: UUID, by: timedelta) -> None:
        """Let the push have been made, and end, that much earlier."""
        with self.database.unit_of_work() as session:
            push = session.get_one(Push, push_id)
            push.created_at -= by
            push.expires_at -= by

    def as_manager(self, manager_id: UUID) -> Principal:
        return Principal(role=Role.MANAGER, manager_id=manager_id)

    def make_due(self) -> None:
        """Failed events wait for a pause; here it is over."""
        with self.database.unit_of_work() as session:
            for event in session.scalars(select(Event).where(Event.done_at.is_(None))):
                event.available_at = now()

    def _record(
        self, model: type[Any], letter: str, owner: UUID, state: str, values: Mapping[str, Any]
    ) -> UUID:
        with self.database.unit_of_work() as session:
            record = model(
                number=f"T-{letter}-{next(_numbers)}",
                owner_org_id=owner,
                state=state,
                published_at=now() if state == "published" else None,
                **values,
            )
            session.add(record)
            session.flush()
            record_id: UUID = record.id
            return record_id

"""Organisations and records, put in the tables as they are: nothing is embedded, nothing is ranked."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Organisation
from app.accounts.organisations.fields import write_names
from app.database import Database, now
from app.events.outbox import Event
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Affiliation, Manager
from app.libraries.record.models import RecordVersion
from app.matching.models import Pair
from tests.support.events import emit_named
from tests.support.scenario.matcher import PermissiveMatcher

_numbers = count(1)


class Records:
    """Rows of the three libraries, their changes and events."""

    database: Database
    matcher: PermissiveMatcher

    def organisation(self, parent: UUID | None = None, name: str | None = None) -> UUID:
        """By default without names that could be compared."""
        with self.database.unit_of_work() as session:
            number = next(_numbers)
            row = Organisation(
                name=name or f"单位{number}", kind="enterprise", region="370100", parent_id=parent
            )
            session.add(row)
            session.flush()
            if name is not None:
                write_names(session, row)
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
            self.affiliate(id_, post)
        return id_

    def affiliate(self, manager_id: UUID, organisation_id: UUID, *, end: date | None = None) -> None:
        with self.database.unit_of_work() as session:
            session.add(Affiliation(manager_id=manager_id, organisation_id=organisation_id, end=end))

    def set_state(self, model: type[Any], record_id: UUID, state: str) -> None:
        """The change of state with its event, as the libraries write them: in one transaction."""
        with self.database.unit_of_work() as session:
            record = session.get_one(model, record_id)
            record.state = state
            record.version += 1
            emit_named(
                session, f"{record.kind}.{state}", subject_id=record_id, payload={"version": record.version}
            )

    def change(self, model: type[Any], record_id: UUID, **values: Any) -> None:
        with self.database.unit_of_work() as session:
            record = session.get_one(model, record_id)
            for name, value in values.items():
                setattr(record, name, value)
            record.version += 1
            emit_named(
                session, f"{record.kind}.changed", subject_id=record_id, payload={"version": record.version}
            )

    def rewrite(self, model: type[Any], record_id: UUID, **values: Any) -> None:
        """As `change`, with what the libraries write beside it: the history, and the pairs' new versions."""
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

    def emit_event(self, name: str, subject_id: UUID, **payload: Any) -> None:
        with self.database.unit_of_work() as session:
            emit_named(session, name, subject_id=subject_id, payload=payload)

    def events(self, name: str) -> list[Event]:
        """In the order of their emission."""
        with self.database.reading() as session:
            found = list(session.scalars(select(Event).where(Event.name == name).order_by(Event.id)))
            session.expunge_all()
            return found

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

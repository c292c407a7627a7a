"""Rows of judged files as records, without validation or defaults."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import Any
from uuid import UUID

from app.accounts.models import Organisation
from app.clock import local_now
from app.database import new_id, now
from app.libraries.achievements.models import Achievement
from app.libraries.datasets import mapping
from app.libraries.datasets.dataset import Dataset, DatasetRow
from app.libraries.demands.models import Demand
from app.libraries.lifecycle.apply_values import fill_defaults
from app.libraries.managers.models import Affiliation, Manager
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.record.models import Record


class JudgedRecords:
    """Rows of the files as records, without validation or defaults."""

    def __init__(self, dataset: Dataset) -> None:
        self.organisations: dict[str, Organisation] = {}
        self._numbers = count(1)
        self._parents = {
            str(row.data["name"]): str(row.data["parent"])
            for row in dataset.organisations
            if row.data.get("name") and row.data.get("parent")
        }
        self._names = {
            str(alias): str(row.data["name"])
            for row in dataset.organisations
            if row.data.get("name")
            for alias in row.data.get("aliases") or ()
        }
        self.by_kind: dict[RecordKind, dict[str, Record]] = {
            RecordKind.ACHIEVEMENT: {
                str(row.data["id"]): self._record(Achievement, row, mapping.achievement_payload)
                for row in dataset.achievements
            },
            RecordKind.DEMAND: {
                str(row.data["id"]): self._record(Demand, row, mapping.demand_payload)
                for row in dataset.demands
            },
            RecordKind.MANAGER: {str(row.data["id"]): self._manager(row) for row in dataset.managers},
        }

    def all(self) -> list[Record]:
        return [record for records in self.by_kind.values() for record in records.values()]

    def _organisation(self, name: str, kind: str, region: str | None) -> UUID:
        name = self._names.get(name, name)
        if name not in self.organisations:
            parent = self._parents.pop(name, name)
            # Parents first, because of the foreign key.
            parent_id = self._organisation(parent, kind, region) if parent != name else None
            self.organisations[name] = Organisation(
                id=new_id(), name=name, kind=kind, region=region or "000000", aliases=[], parent_id=parent_id
            )
        return self.organisations[name].id

    def _record(self, model: type[Any], row: DatasetRow, payload: Callable[..., dict[str, Any]]) -> Record:
        values = payload(row.data, self._organisation, {})
        if "deadline" in values:
            values["deadline"] = _open_deadline(values["deadline"])
        return self._finished(model, row, values)

    def _manager(self, row: DatasetRow) -> Record:
        values = mapping.manager_payload(row.data, self._organisation, {})
        posts = values.pop("affiliations")
        certificates = values["certificates"]
        values["certificate_level"] = certificates[0]["level"] if certificates else "none"
        record = self._finished(Manager, row, values)
        assert isinstance(record, Manager)
        record.affiliations = [Affiliation(id=new_id(), manager_id=record.id, **post) for post in posts]
        return record

    def _finished(self, model: type[Any], row: DatasetRow, values: dict[str, Any]) -> Record:
        owner = values.pop("owner_org_id", None) or self._organisation(
            f"owner of {row.data['id']}", "institute", None
        )
        for name in ("price_min_wan", "price_max_wan", "budget_min_wan", "budget_max_wan"):
            if name in values:
                values[name] = _amount(values[name])
        for name in ("trl", "min_trl", "years", "capacity"):
            if name in values:
                values[name] = _count(values[name])
        columns = {name: value for name, value in values.items() if value is not None}
        # The file's id is kept as an external key; it may be too long for a reference number.
        number = f"E-{next(self._numbers):09d}"
        record: Record = model(id=new_id(), number=number, owner_org_id=owner, **columns)
        fill_defaults(record)
        record.state = RecordState.PUBLISHED.value
        record.published_at = now()
        return record


def _open_deadline(value: Any) -> date | None:
    """No deadline: it may have passed since the set was judged, which must not change the result."""
    try:
        return max(date.fromisoformat(str(value)), local_now().date() + timedelta(days=1))
    except ValueError:
        return None


def _amount(value: Any) -> Decimal | None:
    """An amount in 万元; None for text that is not an amount, such as 面议."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.01")) if amount.is_finite() else None


def _count(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() else None

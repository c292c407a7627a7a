"""Load a directory through the public path: the same validation, versions and events as the API's."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.principal import SYSTEM
from app.accounts.models import OrganisationKind
from app.accounts.organisations.service import organisation_by_name
from app.database import Database
from app.errors import FieldError, Invalid, SankuError
from app.libraries import bulk
from app.libraries.exchange import mapping
from app.libraries.exchange.dataset import Dataset, DatasetRow, read_dataset
from app.libraries.record.enums import RecordKind
from app.libraries.record.indexing import Indexer
from app.settings import Settings

BATCH = 64
OVERSEAS = "000000"

_PAYLOADS = {
    RecordKind.ACHIEVEMENT: mapping.achievement_payload,
    RecordKind.DEMAND: mapping.demand_payload,
    RecordKind.MANAGER: mapping.manager_payload,
}

Defaults = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class RowError:
    """One wrong field of a row that was not stored."""

    row: DatasetRow
    fault: FieldError

    def __str__(self) -> str:
        return f"{self.row.where}:{self.fault.field}: {self.fault.zh} / {self.fault.en}"

    def as_dict(self) -> dict[str, Any]:
        data = self.row.data
        place = {"file": self.row.file, "line": self.row.line, "id": str(data.get("id", data.get("name")))}
        return place | self.fault.as_dict()


@dataclass(slots=True)
class LoadReport:
    """How many records of each kind were stored, how many were there already, and what was refused and why."""

    stored: Counter[str] = field(default_factory=Counter)
    present: Counter[str] = field(default_factory=Counter)
    refused: list[RowError] = field(default_factory=list)

    def refuse(self, row: DatasetRow, error: SankuError) -> None:
        whole = FieldError("", error.problem_code, error.message_zh, error.message_en)
        self.refused.extend(RowError(row, fault) for fault in error.fields or (whole,))

    def as_dict(self) -> dict[str, Any]:
        return {
            "stored": {kind.value: self.stored[kind.value] for kind in RecordKind},
            "present": {kind.value: self.present[kind.value] for kind in RecordKind},
            "refused": [one.as_dict() for one in self.refused],
        }

    def lines(self) -> list[str]:
        return [
            f"{kind.zh} {kind.value}: stored {self.stored[kind.value]}, already present {self.present[kind.value]}"
            for kind in RecordKind
        ]


def read_defaults(path: Path | None) -> Defaults:
    """
    Raises:
        Invalid: the file is not a JSON object of objects.
    """
    if path is None:
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Invalid.field(
            str(path), "json_invalid", f"不是有效的 JSON: {error}", f"not JSON: {error}"
        ) from error
    kinds = [kind.value for kind in RecordKind]
    if not isinstance(found, dict) or any(
        key not in kinds or not isinstance(value, dict) for key, value in found.items()
    ):
        raise Invalid.field(
            str(path),
            "bad_defaults",
            f"应为 JSON 对象, 键为 {', '.join(kinds)}, 值为字段与默认值",
            f"must be an object with the keys {', '.join(kinds)}, each an object of field and value",
        )
    return found


def load_directory(
    database: Database,
    indexer: Indexer,
    settings: Settings,
    directory: Path,
    *,
    defaults: Defaults,
    draft: bool = False,
    on_progress: Callable[[int, int], None],
) -> LoadReport:
    """Batch by batch, each in a transaction of its own; a refused row stops no other. Repeating it adds nothing.

    Raises:
        Invalid: the directory cannot be read as a whole.
    """
    dataset = read_dataset(directory)
    report = LoadReport()
    with database.unit_of_work() as session:
        known = _Organisations(session, dataset, report)
        work = {
            kind: list(_payloads(kind, rows, known.id_of, defaults.get(kind.value, {}), report))
            for kind, rows in _rows_by_kind(dataset).items()
        }
    total = sum(len(entries) for entries in work.values())
    done = 0
    for kind, entries in work.items():
        for start in range(0, len(entries), BATCH):
            batch = entries[start : start + BATCH]
            _load_batch(database, indexer, settings, kind, batch, draft, report)
            done += len(batch)
            on_progress(done, total)
    report.refused.sort(key=lambda one: (one.row.file, one.row.line))
    return report


def _rows_by_kind(dataset: Dataset) -> dict[RecordKind, list[DatasetRow]]:
    # Managers first: a pair found for the very first demand can then be recommended to somebody.
    return {
        RecordKind.MANAGER: dataset.managers,
        RecordKind.ACHIEVEMENT: dataset.achievements,
        RecordKind.DEMAND: dataset.demands,
    }


def _payloads(
    kind: RecordKind,
    rows: Sequence[DatasetRow],
    organisation: mapping.Organisations,
    defaults: Mapping[str, Any],
    report: LoadReport,
) -> Iterator[tuple[DatasetRow, dict[str, Any]]]:
    """Each row with what it would be created from; one whose organisation cannot be is refused."""
    for row in rows:
        try:
            yield row, _PAYLOADS[kind](row.data, organisation, defaults)
        except SankuError as error:
            report.refuse(row, error)


def _load_batch(
    database: Database,
    indexer: Indexer,
    settings: Settings,
    kind: RecordKind,
    batch: Sequence[tuple[DatasetRow, dict[str, Any]]],
    draft: bool,
    report: LoadReport,
) -> None:
    with database.reading() as session:
        present = bulk.present_sources(session, kind, [str(row.data["id"]) for row, _ in batch])
    wanted = []
    for row, payload in batch:
        if str(row.data["id"]) in present:
            report.present[kind.value] += 1
            continue
        wanted.append((row, payload))
    outcome = bulk.create_many(
        database,
        indexer,
        settings,
        kind,
        [(str(row.data["id"]), payload | {"draft": draft}) for row, payload in wanted],
        principal=SYSTEM,
    )
    rows = {str(row.data["id"]): row for row, _ in wanted}
    report.stored[kind.value] += len(outcome.stored)
    report.refused.extend(
        RowError(rows[ref], fault) for ref, faults in outcome.refused.items() for fault in faults
    )


class _Organisations:
    """Names → ids; those that organisations.jsonl describes come with code, kind, parent and aliases."""

    def __init__(self, session: Session, dataset: Dataset, report: LoadReport) -> None:
        self._session = session
        self._report = report
        self._wrong: set[str] = set()
        self._ids: dict[str, UUID] = {}
        described = {str(row.data["name"]): row for row in dataset.organisations}
        for name in described:
            self._describe(name, described, ())

    def id_of(self, name: str, kind: str, region: str | None) -> UUID:
        if name not in self._ids:
            found = organisation_by_name(
                self._session, principal=SYSTEM, name=name, kind=kind, region=region or OVERSEAS
            )
            self._ids[name] = found.id
        return self._ids[name]

    def _describe(self, name: str, described: Mapping[str, DatasetRow], children: tuple[str, ...]) -> None:
        """Its parent first; a row that is wrong is refused, and records may still name the organisation."""
        if name in self._ids or name in self._wrong:
            return
        data = described[name].data
        parent = str(data.get("parent") or "")
        if parent in (name, *children):
            fault = "上级单位循环引用", "the parents lead round in a circle"
            self._refuse(described[name], Invalid.field("parent", "circle", *fault))
            return
        if parent in described:
            self._describe(parent, described, (name, *children))
        try:
            self._ids[name] = self._stored(name, data, self._ids.get(parent))
        except SankuError as error:
            self._refuse(described[name], error)

    def _refuse(self, row: DatasetRow, error: SankuError) -> None:
        self._wrong.add(str(row.data["name"]))
        self._report.refuse(row, error)

    def _stored(self, name: str, data: Mapping[str, Any], parent_id: UUID | None) -> UUID:
        aliases = data.get("aliases") or ()
        if not isinstance(aliases, list | tuple) or not all(isinstance(alias, str) for alias in aliases):
            raise Invalid.field("aliases", "list_type", "应为名称列表", "must be a list of names")
        uscc = data.get("uscc")
        if uscc is not None and not isinstance(uscc, str):
            raise Invalid.field("uscc", "string_type", "应为字符串", "must be a string")
        found = organisation_by_name(
            self._session,
            principal=SYSTEM,
            name=name,
            kind=str(data.get("kind") or OrganisationKind.ENTERPRISE),
            region=str(data.get("region") or OVERSEAS),
            uscc=uscc,
            aliases=tuple(aliases),
            parent_id=parent_id,
        )
        return found.id

"""Import of a dataset directory, with the same validation, versions and events as the API."""

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
from app.accounts.organisations.lookup import organisation_by_name
from app.database import Database
from app.errors import FieldError, Invalid, SankuError
from app.libraries import bulk
from app.libraries.datasets import mapping
from app.libraries.datasets.dataset import Dataset, DatasetRow, read_dataset
from app.libraries.record.enums import RecordKind
from app.libraries.record.indexing import Indexer
from app.settings import Settings

BATCH_SIZE = 64
OVERSEAS = "000000"

_PAYLOADS = {
    RecordKind.ACHIEVEMENT: mapping.achievement_payload,
    RecordKind.DEMAND: mapping.demand_payload,
    RecordKind.MANAGER: mapping.manager_payload,
}

Defaults = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class RowError:
    """One field error of a row that was not stored."""

    row: DatasetRow
    error: FieldError

    def __str__(self) -> str:
        return f"{self.row.where}:{self.error.field}: {self.error.zh} / {self.error.en}"

    def as_dict(self) -> dict[str, Any]:
        """File, line and id of the row, and the error."""
        data = self.row.data
        source = {"file": self.row.file, "line": self.row.line, "id": str(data.get("id", data.get("name")))}
        return source | self.error.as_dict()


@dataclass(slots=True)
class LoadReport:
    """Numbers of stored and already present records by kind, and the errors of refused rows."""

    stored: Counter[str] = field(default_factory=Counter)
    present: Counter[str] = field(default_factory=Counter)
    refused: list[RowError] = field(default_factory=list)

    def refuse(self, row: DatasetRow, error: SankuError) -> None:
        """Record the errors of a refused row."""
        whole_row = FieldError("", error.problem_code, error.message_zh, error.message_en)
        self.refused.extend(RowError(row, field_error) for field_error in error.fields or (whole_row,))

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "stored": {kind.value: self.stored[kind.value] for kind in RecordKind},
            "present": {kind.value: self.present[kind.value] for kind in RecordKind},
            "refused": [error.as_dict() for error in self.refused],
        }

    def lines(self) -> list[str]:
        """The counts as one line of text per kind."""
        return [
            f"{kind.zh} {kind.value}: stored {self.stored[kind.value]}, already present {self.present[kind.value]}"
            for kind in RecordKind
        ]


def read_defaults(path: Path | None) -> Defaults:
    """Read default values by kind of record from a JSON file; no defaults without a file.

    Raises:
        Invalid: the file is not a JSON object of objects.
    """
    if path is None:
        return {}
    try:
        defaults = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Invalid.field(
            str(path), "json_invalid", f"不是有效的 JSON: {error}", f"invalid JSON: {error}"
        ) from error
    kinds = [kind.value for kind in RecordKind]
    if not isinstance(defaults, dict) or any(
        key not in kinds or not isinstance(value, dict) for key, value in defaults.items()
    ):
        raise Invalid.field(
            str(path),
            "bad_defaults",
            f"应为 JSON 对象，键为 {'、'.join(kinds)}，值为字段与默认值",
            f"must be a JSON object with the keys {', '.join(kinds)}, each an object of fields and default values",
        )
    return defaults


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
    """Import a dataset in batches, one transaction each. An invalid row does not affect the others, and importing the
    same dataset again adds nothing.

    Args:
        defaults: values for missing fields, by kind of record.
        draft: store drafts instead of publishing.
        on_progress: called with the number of processed rows and their total.

    Raises:
        Invalid: the dataset cannot be read.
    """
    dataset = read_dataset(directory)
    report = LoadReport()
    with database.unit_of_work() as session:
        organisations = _Organisations(session, dataset, report)
        payloads = {
            kind: list(_payloads(kind, rows, organisations.id_of, defaults.get(kind.value, {}), report))
            for kind, rows in _rows_by_kind(dataset).items()
        }
    total = sum(len(entries) for entries in payloads.values())
    done = 0
    for kind, entries in payloads.items():
        for start in range(0, len(entries), BATCH_SIZE):
            batch = entries[start : start + BATCH_SIZE]
            _load_batch(database, indexer, settings, kind, batch, draft, report)
            done += len(batch)
            on_progress(done, total)
    report.refused.sort(key=lambda error: (error.row.file, error.row.line))
    return report


def _rows_by_kind(dataset: Dataset) -> dict[RecordKind, list[DatasetRow]]:
    # Managers come first, so that pairs of the first demand can already be recommended to a manager.
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
    """Each row with its API payload. A row whose organisation cannot be created is refused."""
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
    new = []
    for row, payload in batch:
        if str(row.data["id"]) in present:
            report.present[kind.value] += 1
            continue
        new.append((row, payload))
    result = bulk.create_many(
        database,
        indexer,
        settings,
        kind,
        [(str(row.data["id"]), payload | {"draft": draft}) for row, payload in new],
        principal=SYSTEM,
    )
    rows = {str(row.data["id"]): row for row, _ in new}
    report.stored[kind.value] += len(result.stored)
    report.refused.extend(
        RowError(rows[ref], error) for ref, errors in result.refused.items() for error in errors
    )


class _Organisations:
    """Ids of organisations by name. Organisations listed in organisations.jsonl get code, kind, parent and aliases."""

    def __init__(self, session: Session, dataset: Dataset, report: LoadReport) -> None:
        self._session = session
        self._report = report
        self._refused: set[str] = set()
        self._ids: dict[str, UUID] = {}
        described = {str(row.data["name"]): row for row in dataset.organisations}
        for name in described:
            self._store_described(name, described, ())

    def id_of(self, name: str, kind: str, region: str | None) -> UUID:
        """The organisation's id; it is created if it does not exist."""
        if name not in self._ids:
            organisation = organisation_by_name(
                self._session, principal=SYSTEM, name=name, kind=kind, region=region or OVERSEAS
            )
            self._ids[name] = organisation.id
        return self._ids[name]

    def _store_described(
        self, name: str, described: Mapping[str, DatasetRow], children: tuple[str, ...]
    ) -> None:
        """Store an organisation after its parent. An invalid row is refused, but records may still name it."""
        if name in self._ids or name in self._refused:
            return
        data = described[name].data
        parent = str(data.get("parent") or "")
        if parent in (name, *children):
            messages = "上级单位循环引用", "circular reference between parent organisations"
            self._refuse(described[name], Invalid.field("parent", "circle", *messages))
            return
        if parent in described:
            self._store_described(parent, described, (name, *children))
        try:
            self._ids[name] = self._store(name, data, self._ids.get(parent))
        except SankuError as error:
            self._refuse(described[name], error)

    def _refuse(self, row: DatasetRow, error: SankuError) -> None:
        self._refused.add(str(row.data["name"]))
        self._report.refuse(row, error)

    def _store(self, name: str, data: Mapping[str, Any], parent_id: UUID | None) -> UUID:
        aliases = data.get("aliases") or ()
        if not isinstance(aliases, list | tuple) or not all(isinstance(alias, str) for alias in aliases):
            raise Invalid.field("aliases", "list_type", "应为名称列表", "must be a list of names")
        uscc = data.get("uscc")
        if uscc is not None and not isinstance(uscc, str):
            raise Invalid.field("uscc", "string_type", "应为字符串", "must be a string")
        organisation = organisation_by_name(
            self._session,
            principal=SYSTEM,
            name=name,
            kind=str(data.get("kind") or OrganisationKind.ENTERPRISE),
            region=str(data.get("region") or OVERSEAS),
            uscc=uscc,
            aliases=tuple(aliases),
            parent_id=parent_id,
        )
        return organisation.id

"""Import of a dataset directory, with the same validation, versions and events as the API."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from app.accounts.access.principal import SYSTEM
from app.database import Database
from app.errors import Invalid, SankuError
from app.libraries import bulk
from app.libraries.datasets import mapping
from app.libraries.datasets.dataset import DatasetRow, RecordFiles
from app.libraries.datasets.load_report import LoadReport, RowError
from app.libraries.datasets.organisations import DatasetOrganisations
from app.libraries.record.enums import RecordKind
from app.libraries.record.indexing import Indexer
from app.settings import Settings

BATCH_SIZE = 64

_PAYLOADS = {
    RecordKind.ACHIEVEMENT: mapping.achievement_payload,
    RecordKind.DEMAND: mapping.demand_payload,
    RecordKind.MANAGER: mapping.manager_payload,
}

# Managers come first, so that pairs of the first demand can already be recommended to a manager.
_ORDER = (RecordKind.MANAGER, RecordKind.ACHIEVEMENT, RecordKind.DEMAND)

Defaults = Mapping[str, Mapping[str, Any]]


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
    files = RecordFiles(directory)
    report = LoadReport()
    organisations = DatasetOrganisations(files.organisations, report)
    with database.unit_of_work() as session:
        organisations.store_described(session)
    done, total = 0, sum(map(files.count, _ORDER))
    for kind, rows in _batches(files):
        _load_batch(
            database,
            indexer,
            settings,
            kind,
            rows,
            organisations=organisations,
            defaults=defaults.get(kind.value, {}),
            draft=draft,
            report=report,
        )
        done += len(rows)
        on_progress(done, total)
    report.refused.sort(key=lambda error: (error.row.file, error.row.line))
    return report


def _batches(files: RecordFiles) -> Iterator[tuple[RecordKind, list[DatasetRow]]]:
    for kind in _ORDER:
        rows = files.rows(kind)
        while batch := list(islice(rows, BATCH_SIZE)):
            yield kind, batch


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
    batch: Sequence[DatasetRow],
    *,
    organisations: DatasetOrganisations,
    defaults: Mapping[str, Any],
    draft: bool,
    report: LoadReport,
) -> None:
    with database.reading() as session:
        present = bulk.present_sources(session, kind, [str(row.data["id"]) for row in batch])
    report.present[kind.value] += len(present)
    missing = [row for row in batch if str(row.data["id"]) not in present]
    if not missing:
        return
    with database.unit_of_work() as session:
        new = list(_payloads(kind, missing, organisations.ids(session), defaults, report))
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
        RowError.of(rows[ref], error) for ref, errors in result.refused.items() for error in errors
    )

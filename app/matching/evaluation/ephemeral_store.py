"""The ephemeral store for evaluation: judged records, unvalidated, in a temporary database."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import database_schema
from app.accounts.models import Organisation
from app.clock import local_now
from app.database import Database, new_id, now
from app.errors import FieldError, Invalid
from app.libraries.achievements.models import Achievement
from app.libraries.datasets import mapping
from app.libraries.datasets.dataset import Dataset, DatasetRow
from app.libraries.demands.models import Demand
from app.libraries.lifecycle.apply_values import fill_defaults
from app.libraries.managers.models import Affiliation, Manager
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.libraries.search import full_text
from app.matching.embedding.embedder import Embedder
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.index import open_index, open_lexical
from app.matching.managers.recommendation import ManagerLookups
from app.matching.matcher import Matcher
from app.matching.ranking.ranker import Ranker, ranker_for
from app.matching.reranker.cross_encoder import Reranker, name_of
from app.matching.reranker.pair_values import pair_values
from app.settings import Settings

_BATCH = 64


@dataclass(frozen=True, slots=True)
class JudgedStore:
    """The matcher over the judged records, and the mapping between their keys in the files and their ids."""

    database: Database
    matcher: Matcher
    achievements: Mapping[str, UUID]
    demands: Mapping[str, UUID]
    managers: Mapping[str, UUID]
    achievement_keys: Mapping[UUID, str]
    manager_keys: Mapping[UUID, str]

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.database.reading() as session:
            yield session

    def demand(self, session: Session, key: str) -> Demand:
        return session.get_one(Demand, self.demands[key])

    def achievement(self, session: Session, key: str) -> Achievement:
        return session.get_one(Achievement, self.achievements[key])

    def close(self) -> None:
        self.matcher.index.close()
        self.matcher.lexical.close()
        self.database.dispose()


def open_judged_store(
    settings: Settings,
    embedder: Embedder,
    dataset: Dataset,
    folder: Path,
    *,
    on_progress: Callable[[int, int], None],
    reranker: Reranker | None = None,
    ranker: Ranker | None = None,
) -> JudgedStore:
    """Store and embed all records. `on_progress` receives (records done, all records).

    Args:
        ranker: by default that of the installation for these models.

    Raises:
        Invalid: a record has no text.
        RerankerNotFitted: the installation has no ranker for the reranker.
    """
    ranker = ranker or ranker_for(settings.home_path / "models", embedder.model_id, name_of(reranker))
    database = Database(f"sqlite:///{folder / 'eval.db'}")
    database_schema.migrate(database)
    indexer = MatchingIndexer(database, embedder)
    _refuse_blank(dataset)
    records = _Records(dataset)
    with database.unit_of_work() as session:
        session.add_all(records.organisations.values())
        session.flush()
        session.add_all(records.all())
        session.flush()
    everything = records.all()
    for start in range(0, len(everything), _BATCH):
        _publish(database, indexer, everything[start : start + _BATCH])
        on_progress(min(start + _BATCH, len(everything)), len(everything))
    isolated = settings.model_copy(update={"home": folder, "database_url": None})
    matcher = Matcher(
        embedder=embedder,
        index=open_index(isolated, database, embedder.model_id, embedder.dimension),
        lexical=open_lexical(isolated, database, embedder.model_id),
        ranker=ranker,
        pair_values=pair_values(reranker, database),
        indexer=indexer,
        lookups=ManagerLookups(),
        candidates=settings.match_candidates,
        candidates_memory_mb=settings.candidates_memory_mb,
    )
    ids = {kind: {key: record.id for key, record in found.items()} for kind, found in records.by_kind.items()}
    return JudgedStore(
        database=database,
        matcher=matcher,
        achievements=ids[RecordKind.ACHIEVEMENT],
        demands=ids[RecordKind.DEMAND],
        managers=ids[RecordKind.MANAGER],
        achievement_keys={id_: key for key, id_ in ids[RecordKind.ACHIEVEMENT].items()},
        manager_keys={id_: key for key, id_ in ids[RecordKind.MANAGER].items()},
    )


def _refuse_blank(dataset: Dataset) -> None:
    texts = {
        "achievements": ("title", "summary", "advantages", "applications", "keywords"),
        "demands": ("title", "description", "targets", "keywords"),
        "managers": ("expertise", "track_record"),
    }
    faults = [
        FieldError(row.where, "no_text", "没有可供匹配的文字", "has no text to match by")
        for name, fields in texts.items()
        for row in getattr(dataset, name)
        if not any(row.data.get(field) for field in fields)
    ]
    if faults:
        raise Invalid(fields=faults[:50])


def _publish(database: Database, indexer: MatchingIndexer, batch: list[Record]) -> None:
    prepared = indexer.prepare(batch)
    with database.unit_of_work() as session:
        for record, ready in zip(batch, prepared, strict=True):
            library = LIBRARIES[record.kind]
            document = full_text.SearchDocument()
            full_text.write_document(document, record, library.search_texts(record))
            session.add(document)
            indexer.store(session, record, ready)


class _Records:
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

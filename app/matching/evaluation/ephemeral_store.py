"""The ephemeral store for evaluation: judged records, unvalidated, in a temporary database."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from app import database_schema
from app.database import Database
from app.errors import FieldError, Invalid
from app.libraries.achievements.models import Achievement
from app.libraries.datasets.dataset import Dataset
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.libraries.search import full_text
from app.matching.embedding.embedder import Embedder
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.evaluation.judged_records import JudgedRecords
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
    records = JudgedRecords(dataset)
    _store(database, indexer, records, on_progress)
    isolated = settings.model_copy(update={"home": folder, "database_url": None})
    matcher = _matcher(isolated, database, embedder, indexer, ranker, reranker)
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


def _store(
    database: Database,
    indexer: MatchingIndexer,
    records: JudgedRecords,
    on_progress: Callable[[int, int], None],
) -> None:
    everything = records.all()
    with database.unit_of_work() as session:
        session.add_all(records.organisations.values())
        session.flush()
        session.add_all(everything)
        session.flush()
    for start in range(0, len(everything), _BATCH):
        _publish(database, indexer, everything[start : start + _BATCH])
        on_progress(min(start + _BATCH, len(everything)), len(everything))


def _matcher(
    settings: Settings,
    database: Database,
    embedder: Embedder,
    indexer: MatchingIndexer,
    ranker: Ranker,
    reranker: Reranker | None,
) -> Matcher:
    return Matcher(
        embedder=embedder,
        index=open_index(settings, database, embedder.model_id, embedder.dimension),
        lexical=open_lexical(settings, database, embedder.model_id),
        ranker=ranker,
        pair_values=pair_values(reranker, database),
        indexer=indexer,
        lookups=ManagerLookups(),
        candidates=settings.match_candidates,
        candidates_memory_mb=settings.candidates_memory_mb,
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

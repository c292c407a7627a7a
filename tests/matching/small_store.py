"""A small store of made-up records in a real database, and a matcher on it; nothing is embedded."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from app.accounts.models import Organisation
from app.database import Database, new_id
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.lifecycle.apply_values import fill_defaults
from app.libraries.record.enums import RecordState
from app.libraries.search.full_text import SearchDocument
from app.matching.embedding import vector_store
from app.matching.index import open_index, open_lexical
from app.matching.managers.recommendation import ManagerLookups
from app.matching.matcher import Matcher
from app.matching.ranking.ranker import Ranker
from app.settings import Settings
from tests.matching.index.vector_stores import DIMENSION, MODEL, unit

# Words decide whether a pair is good, whole texts which is the better one.
RANKER = Ranker("made up", base=-3.0, weights={"whole": 0.5, "words": 6.0}, threshold=0.5)
TOPICS = ("压铸 铝合金 模具", "密封 泵 阀门", "视觉 检测 缺陷")


class NoEmbedder:
    """Every record is stored with its vectors: nothing is embedded."""

    model_id = MODEL
    dimension = DIMENSION


def publish(session: Any, record: Demand | Achievement, topic: int, seed: int) -> UUID:
    owner = Organisation(id=new_id(), name=f"单位{new_id()}", kind="enterprise", region="370102", aliases=[])
    session.add(owner)
    session.flush()
    record.owner_org_id = owner.id
    fill_defaults(record)
    record.state, record.published_at = RecordState.PUBLISHED.value, datetime(2026, 1, 1, tzinfo=UTC)
    session.add(record)
    session.flush()
    words = TOPICS[topic].split()
    session.add(
        SearchDocument(
            record_id=record.id,
            kind=record.kind.value,
            state=record.state,
            member_words=" ".join(words),
            length=len(words),
        )
    )
    index_record(session, record, topic, seed)
    return record.id


def index_record(session: Any, record: Demand | Achievement, topic: int, seed: int) -> None:
    """As a published record's every change does."""
    vector = unit(topic) + 0.6 * unit(seed)
    vector = np.asarray(vector / np.linalg.norm(vector), np.float32)
    vector_store.store_vectors(
        session,
        [
            vector_store.vector_row(
                record_id=record.id,
                kind=record.kind,
                model_id=MODEL,
                text_hash=f"{seed:064x}",
                vector=vector,
                sentences=[TOPICS[topic]],
                sentence_vectors=vector[None, :],
                owner_org_id=record.owner_org_id,
                language="zh",
            )
        ],
    )


def fill(database: Database) -> tuple[list[UUID], list[UUID]]:
    """Seven demands and nine achievements on three topics; their ids."""
    with database.unit_of_work() as session:
        achievements = [
            publish(session, Achievement(id=new_id(), number=f"A-{n}", title=f"成果{n}"), n % 3, 100 + n)
            for n in range(9)
        ]
        demands = [
            publish(session, Demand(id=new_id(), number=f"D-{n}", title=f"需求{n}"), n % 3, 200 + n)
            for n in range(7)
        ]
    return demands, achievements


@contextmanager
def matcher_on(database: Database, home: Path, **options: Any) -> Iterator[Matcher]:
    settings = Settings(_env_file=None, home=home)
    index = open_index(settings, database, MODEL, DIMENSION)
    lexical = open_lexical(settings, database, MODEL)
    yield Matcher(
        **{
            "embedder": NoEmbedder(),
            "index": index,
            "lexical": lexical,
            "ranker": RANKER,
            "indexer": None,
            "lookups": ManagerLookups(open_load=lambda _session, _ids: {}),
            "candidates": 80,
            **options,
        }
    )
    lexical.close()
    index.close()

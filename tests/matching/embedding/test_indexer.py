"""The indexer: what a record costs, what is stored of it, and when its row is out of date."""

from typing import Any, TypeVar

import numpy as np
import pytest

from app.accounts.models import Organisation
from app.database import Database, new_id
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.lifecycle.apply_values import fill_defaults
from app.libraries.managers.models import Manager
from app.libraries.record.models import Record
from app.matching.embedding.indexer import MatchingIndexer, PreparedRecord
from app.matching.facts.from_records import facts_of
from app.matching.models import RecordVector, halves
from app.matching.text.passages import sentences, whole_text
from tests.matching.embedding.joint_parts import ALIGNED_DIMENSION, CountingParts
from tests.support.embedders import BigramEmbedder

DEMAND = {
    "title": "压铸模具寿命短",
    "main_problem": "热裂纹集中在浇口附近。停机换模频繁。",
    "expected_goal": "寿命8万模次。",
}
ACHIEVEMENT = {
    "title": "模具表面渗氮技术",
    "summary": "复合渗层深0.2 mm。寿命提高一倍。",
    "advantages": "不改变模具材料。",
}
AnyRecord = TypeVar("AnyRecord", bound=Record)

CHANGES: tuple[dict[str, Any], ...] = (
    {"title": "另一个标题"},
    {"main_problem": "热裂纹。停机换模。"},
    {"region": "370200"},
    {"language": "en"},
    {"fields": ["401"]},
)


def demand(**values: Any) -> Demand:
    return made(Demand(**{"number": "D-1", **DEMAND, **values}))


def achievement(**values: Any) -> Achievement:
    return made(Achievement(number="A-1", **{**ACHIEVEMENT, **values}))


def made(record: AnyRecord) -> AnyRecord:
    record.id, record.owner_org_id = new_id(), new_id()
    fill_defaults(record)
    return record


def manager() -> Manager:
    return made(Manager(number="M-1", title="周渡", expertise="熟悉铸造行业的技术转移。"))


@pytest.fixture
def parts() -> CountingParts:
    return CountingParts()


@pytest.fixture
def indexer(database: Database, parts: CountingParts) -> MatchingIndexer:
    return MatchingIndexer(database, parts.embedder)


def store(database: Database, indexer: MatchingIndexer, record: Record) -> RecordVector:
    """The row as another session reads it."""
    (prepared,) = indexer.prepare([record])
    with database.unit_of_work() as session:
        owner = Organisation(name=f"单位{record.id}", kind="enterprise", region="370102", aliases=[])
        owner.id = record.owner_org_id
        session.add(owner)
        session.flush()
        session.add(record)
        session.flush()
        indexer.store(session, record, prepared)
    with database.reading() as session:
        row = session.get_one(RecordVector, (record.id, indexer.model_id))
        session.expunge(row)
    return row


def test_a_record_costs_one_text_whatever_the_number_of_its_sentences(
    indexer: MatchingIndexer, parts: CountingParts
) -> None:
    records: list[Record] = [demand(), achievement(), manager()]
    steps: list[tuple[int, int]] = []
    indexer.prepare(records, on_progress=lambda *both: steps.append(both))
    wholes = [whole_text(facts_of(record)) for record in records]
    assert parts.text.read == list(zip(("query", "passage", "passage"), wholes, strict=True))
    assert steps[-1] == (3, 3)
    spoken = [sentence for record in records for sentence in sentences(facts_of(record))]
    assert len(spoken) > 6
    assert sorted(parts.aligned.read) == sorted([*wholes, *spoken])


def test_a_stored_text_is_not_embedded_a_second_time(
    database: Database, indexer: MatchingIndexer, parts: CountingParts
) -> None:
    record = demand()
    store(database, indexer, record)
    parts.text.read.clear()
    (again,) = indexer.prepared([record])
    assert (parts.text.read, again.fresh) == ([], {})
    (anew,) = indexer.prepared([record], anew=True)
    assert len(parts.text.read) == len(anew.fresh) == 1
    np.testing.assert_array_equal(anew.vector, again.vector)


def test_what_is_stored_is_the_joint_vector_its_sentences_and_its_traits(
    database: Database, indexer: MatchingIndexer, parts: CountingParts
) -> None:
    for record, embed in (
        (demand(), parts.embedder.embed_queries),
        (achievement(), parts.embedder.embed_passages),
        (manager(), parts.embedder.embed_profiles),
    ):
        row = store(database, indexer, record)
        vectors = embed([whole_text(facts_of(record))])
        np.testing.assert_allclose(row.vector, vectors[0], atol=1e-6)
        assert row.sentences == sentences(facts_of(record))
        assert halves(row.sentence_vectors, len(row.sentences)).shape == (
            len(row.sentences),
            ALIGNED_DIMENSION,
        )
        (prepared,) = indexer.prepared([record])
        assert row.traits == prepared.traits.to_dict()
        assert (row.traits == {}) == isinstance(record, Manager)


def test_a_row_that_was_just_stored_is_current(database: Database, indexer: MatchingIndexer) -> None:
    """Otherwise every re-indexing would store every record again."""
    for record in (
        demand(),
        achievement(indicators=[]),
        manager(),
        demand(number="D-2", title="", main_problem="短"),
    ):
        assert indexer.is_current(record, store(database, indexer, record))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_row_of_a_record_that_changed_is_not_current(
    database: Database, indexer: MatchingIndexer, change: dict[str, Any]
) -> None:
    record = demand()
    row = store(database, indexer, record)
    for name, value in change.items():
        setattr(record, name, value)
    assert not indexer.is_current(record, row)


def test_a_row_of_another_model_is_not_current(database: Database, indexer: MatchingIndexer) -> None:
    record = demand()
    row = store(database, indexer, record)
    assert not MatchingIndexer(database, BigramEmbedder()).is_current(record, row)


@pytest.mark.parametrize(
    "pasted",
    [
        {"main_problem": "<p>热裂纹集中在浇口附近。</p><p>停机换模频繁。</p>"},
        {"main_problem": "热裂紋集中在澆口附近。停機換模頻繁。"},
        {"main_problem": "热裂纹\u200b集中在浇口附近。停机换模频繁。"},
        {"expected_goal": "寿命８万模次。"},
    ],
)
def test_a_pasted_text_has_the_vectors_of_the_plain_one(
    indexer: MatchingIndexer, pasted: dict[str, str]
) -> None:
    plain, other = indexer.prepared([demand(), demand(**pasted)])
    assert plain.sentences == other.sentences
    np.testing.assert_array_equal(plain.sentence_vectors, other.sentence_vectors)
    if "<p>" not in str(pasted):  # a line break stays where a paragraph ended
        assert plain.text_hash == other.text_hash


def test_a_text_too_short_for_a_sentence_stands_for_itself(indexer: MatchingIndexer) -> None:
    (found,) = indexer.prepared([demand(title="泵", main_problem="", expected_goal="")])
    assert isinstance(found, PreparedRecord)
    assert found.sentences == ("泵",)
    assert found.sentence_vectors.shape == (1, ALIGNED_DIMENSION)

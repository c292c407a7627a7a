"""Vectors in the database, on both databases."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.database import Database, new_id
from app.libraries.record.enums import RecordKind
from app.matching.embedding import vector_store
from app.matching.models import RecordVector, halves
from tests.matching.index.vector_stores import (
    DIMENSION,
    MODEL,
    put,
    remove,
    some,
    store,
    unit,
    units,
)


def test_an_embedding_is_remembered_bit_by_bit(database: Database) -> None:
    kept = {f"{number:064x}": unit(number) for number in range(3)}
    with database.unit_of_work() as session:
        vector_store.remember_embeddings(session, MODEL, kept)
    with database.reading() as session:
        found = vector_store.known_embeddings(session, MODEL, [*kept, "f" * 64])
        assert set(found) == set(kept)
        for text_hash, vector in kept.items():
            assert found[text_hash].dtype == np.float32
            np.testing.assert_array_equal(found[text_hash], vector)
        assert vector_store.known_embeddings(session, "another model", list(kept)) == {}
        assert vector_store.known_embeddings(session, MODEL, []) == {}


def test_remembering_twice_keeps_the_first(database: Database) -> None:
    for seed in (1, 2):
        with database.unit_of_work() as session:
            vector_store.remember_embeddings(session, MODEL, {"a" * 64: unit(seed)})
            vector_store.remember_embeddings(session, MODEL, {})
    with database.reading() as session:
        np.testing.assert_array_equal(
            vector_store.known_embeddings(session, MODEL, ["a" * 64])["a" * 64], unit(1)
        )


def test_thousands_of_embeddings_in_one_call(database: Database) -> None:
    many = {f"{number:064x}": unit(number % 7) for number in range(1203)}
    with database.unit_of_work() as session:
        vector_store.remember_embeddings(session, MODEL, many)
        assert len(vector_store.known_embeddings(session, MODEL, many)) == 1203


def test_each_change_has_a_higher_number_than_all_before(database: Database) -> None:
    first, second = some(2)
    with database.unit_of_work() as session:
        assert vector_store.position(session) == 0
        numbers = [put(session, first), put(session, second), put(session, replace(first, seed=7))]
        vector_store.deactivate(session, second.record_id)
        numbers.append(vector_store.position(session))
        vector_store.deactivate(session, second.record_id)
        vector_store.deactivate(session, new_id())
        assert vector_store.position(session) == numbers[-1]
    assert numbers == sorted(set(numbers))


def test_a_withdrawn_record_leaves_a_row_for_followers(database: Database) -> None:
    (record,) = some(1)
    store(database, record)
    remove(database, record.record_id)
    with database.reading() as session:
        row = session.execute(select(RecordVector.active, RecordVector.seq)).one()
        assert not row.active
        assert row.seq == vector_store.position(session)


def test_writers_at_the_same_time_do_not_hinder_each_other(postgres_url: str) -> None:
    database = Database(postgres_url)
    first, second = some(2)
    with database.unit_of_work() as one, database.unit_of_work() as two:
        assert put(one, first) != put(two, second)
    with database.reading() as session:
        assert len(vector_store.load_vectors(session, MODEL, [first.record_id, second.record_id])) == 2
    database.dispose()


def test_sentences_come_back_in_order_beside_their_vectors(database: Database) -> None:
    ids = [new_id() for _ in range(40)]
    with database.unit_of_work() as session:
        for place, record_id in enumerate(ids):
            count = place % 4
            vector_store.store_vectors(
                session,
                [
                    vector_store.vector_row(
                        record_id=record_id,
                        kind=RecordKind.DEMAND,
                        model_id=MODEL,
                        text_hash="0" * 64,
                        vector=unit(place),
                        sentences=[f"第{number}句" for number in range(count)],
                        sentence_vectors=units(*range(count))
                        if count
                        else np.zeros((0, DIMENSION), np.float32),
                        valid_until=date(2027, 1, 1),
                    )
                ],
            )
    with database.reading() as session:
        rows = session.execute(
            select(RecordVector.record_id, RecordVector.sentences, RecordVector.sentence_vectors)
        )
        found = {row[0]: (row[1], halves(row[2], len(row[1]))) for row in rows}
    assert set(found) == set(ids)
    for place, record_id in enumerate(ids):
        sentences, matrix = found[record_id]
        assert sentences == [f"第{number}句" for number in range(place % 4)]
        assert matrix.shape == ((place % 4, DIMENSION) if sentences else (0, 1))
    np.testing.assert_allclose(found[ids[3]][1], units(0, 1, 2), atol=1e-3)


def test_sentences_and_vectors_must_fit(database: Database) -> None:
    with database.reading() as session, pytest.raises(ValueError, match="2 sentences"):
        vector_store.store_vectors(
            session,
            [
                vector_store.vector_row(
                    record_id=new_id(),
                    kind=RecordKind.DEMAND,
                    model_id=MODEL,
                    text_hash="0" * 64,
                    vector=unit(1),
                    sentences=["甲", "乙"],
                    sentence_vectors=units(1),
                )
            ],
        )


@given(st.lists(st.text("0123456789CN", min_size=1, max_size=4)))
def test_packed_codes_come_back(codes: list[str]) -> None:
    assert vector_store.unpack_codes(vector_store.pack_codes(codes)) == sorted(set(codes))

"""`sanku check` while two models have vectors: it looks at both spaces, and what differs is derived again."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.database import new_id
from app.matching.matcher import Matcher
from app.matching.models import Embedding, EmbeddingSpace, RecordVector
from tests.matching.spaces.conftest import NEW, OLD, TITLES, Store, opened

Differences = dict[str, list[str]]


def differences(store: Store, *options: str) -> Differences:
    """What `sanku check` says, by check; checks that find nothing are left out."""
    result = store.sanku("check", "--json", *options)
    checks = json.loads(result.stdout)["checks"]
    found = {one["name"]: [each["en"] for each in one["differences"]] for one in checks if one["found"]}
    assert result.exit_code == (1 if found else 0), (result.output, result.exception)
    return found


def examined(store: Store, name: str) -> int:
    checks = json.loads(store.sanku("check", "--json").stdout)["checks"]
    return int(next(one["examined"] for one in checks if one["name"] == name))


@pytest.fixture(params=["filling", "kept"])
def second(store: Store, request: pytest.FixtureRequest) -> str:
    """The model of the space that is complete and does not serve."""
    if request.param == "filling":
        store.run("switch", NEW, "--hold")
        store.fill()
        return NEW
    store.run("switch", NEW)
    store.fill()
    store.follow()
    store.drain()
    store.fill()
    return OLD


def rows(session: Session, model_id: str) -> list[RecordVector]:
    """The active rows of achievements in this space, oldest first."""
    wanted = (RecordVector.model_id == model_id, RecordVector.active, RecordVector.kind == "achievement")
    return list(session.scalars(select(RecordVector).where(*wanted).order_by(RecordVector.record_id)))


def _vector_of_another(session: Session, row: RecordVector) -> None:
    row.vector = next(one.vector for one in rows(session, row.model_id) if one is not row)


def _damaged(session: Session, row: RecordVector) -> None:
    """The stored vector of the text as well, so that it would come again."""
    stored = session.get_one(Embedding, (row.text_hash, row.model_id))
    stored.vector = row.vector = np.asarray(row.vector * 3, np.float32)


def _other_text(_: Session, row: RecordVector) -> None:
    row.text_hash = "f" * 64


def _other_region(_: Session, row: RecordVector) -> None:
    row.region = "110105"


def _other_sentences(_: Session, row: RecordVector) -> None:
    row.sentences = []


def _of_the_future(_: Session, row: RecordVector) -> None:
    row.of_change = 2**40


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_vector_of_another, "has another vector than its text"),
        (_damaged, "has a damaged vector"),
        (_other_text, "has an outdated index entry"),
        (_other_region, "has an outdated index entry"),
        (_other_sentences, "has a damaged vector"),
        (_of_the_future, "is said to reflect a change that came after it"),
    ],
)
def test_a_row_of_the_second_space_that_differs_is_found_and_derived_again(
    store: Store, second: str, damage: Callable[[Session, RecordVector], None], said: str
) -> None:
    assert differences(store) == {}
    with store.database.unit_of_work() as session:
        row = rows(session, second)[1]
        before, record = row.vector.copy(), row.record_id
        damage(session, row)
    assert differences(store) == {"other_spaces": [f"{second}: {said}"]}
    assert differences(store, "--mend") == {}
    with store.database.reading() as session:
        mended = session.get_one(RecordVector, (record, second))
        assert mended.vector == pytest.approx(before)
        assert session.get_one(Embedding, (mended.text_hash, second)).vector == pytest.approx(before)
    assert store.titles() == set(TITLES)


def test_what_is_not_published_is_in_no_space(store: Store, second: str) -> None:
    store.withdraw(store.achievements[3])
    gone, unknown = UUID(store.achievements[3]), new_id()
    with store.database.unit_of_work() as session:
        in_second = RecordVector.model_id == second
        session.execute(
            update(RecordVector).where(RecordVector.record_id == gone, in_second).values(active=True)
        )
        lost = UUID(store.achievements[0])
        session.execute(
            update(RecordVector).where(RecordVector.record_id == lost, in_second).values(record_id=unknown)
        )
    found = differences(store)
    assert sorted(found.pop("other_spaces")) == [
        f"{second}: is in the index without a record",
        f"{second}: is not published, but in the index",
    ]
    assert found == {}, "the record whose row went comes to the space like any other that is due"
    assert differences(store, "--mend") == {}
    store.drain()
    store.fill()
    assert differences(store) == {}
    assert {id_: active for id_, active in store.rows(second).items() if active}.keys() == {
        UUID(store.demand), *map(UUID, store.achievements[:3]), manager_of(store)
    }  # fmt: skip


def manager_of(store: Store) -> UUID:
    query = select(RecordVector.record_id).where(RecordVector.kind == "manager").distinct()
    with store.database.reading() as session:
        return session.scalars(query).one()


def test_what_has_yet_to_come_to_a_space_is_no_difference(store: Store) -> None:
    index = store.services[Matcher].index
    index.save(store.settings.index_path)
    store.run("switch", NEW, "--hold")
    assert differences(store) == {}
    assert examined(store, "other_spaces") == 0
    store.fill()
    assert examined(store, "other_spaces") == 6
    store.change("石墨烯导电防腐底漆", of=store.achievements[1])
    store.withdraw(store.achievements[2])
    assert differences(store) == {}
    store.run("switch", NEW)
    store.drain()
    store.fill()
    assert store.states()[NEW] == "serving"
    store.achievement("桥梁钢结构长效防腐体系")  # by a process that has yet to follow
    assert differences(store) == {}, "nor is a snapshot of the model of before"
    assert index.model_id == OLD


def test_a_space_without_its_model_is_compared_as_far_as_it_can_be(
    store: Store, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.database.unit_of_work() as session:
        _vector_of_another(session, rows(session, second)[0])
        space = session.get_one(EmbeddingSpace, second)
        space.source = "/nowhere"

    def missing(settings: Any) -> Any:
        if settings.model == "/nowhere":
            raise OSError("no such directory: /nowhere")
        return opened(settings)

    monkeypatch.setattr("app.matching.spaces.opened_models.open_embedder", missing)
    named = {"model": NEW} if second == OLD else {}
    found = json.loads(store.sanku("check", "--json", **named).stdout)["checks"]
    said = {each["en"] for one in found for each in one["differences"]}
    assert said == {
        f"{second}: has another vector than its text",
        "cannot be opened here, so texts were not compared: no such directory: /nowhere",
    }


def test_what_a_removed_space_left_and_a_store_that_answers_by_none_are_said(store: Store) -> None:
    store.run("switch", NEW, "--hold")
    store.fill()
    with store.database.unit_of_work() as session:
        session.execute(delete(EmbeddingSpace).where(EmbeddingSpace.model_id == NEW))
    assert differences(store) == {
        "other_spaces": ["has 6 rows, but no space: `sanku model cancel` deletes them"]
    }
    with store.database.unit_of_work() as session:
        session.execute(update(EmbeddingSpace).values(state="kept"))
        session.execute(delete(RecordVector).where(RecordVector.model_id == NEW))
    assert differences(store) == {"other_spaces": ["no space serves: `sanku model switch` names one"]}

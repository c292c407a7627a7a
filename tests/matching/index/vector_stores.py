"""Made-up vectors in a real database, and the answers that plain NumPy gives for them."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.database import Database, new_id
from app.libraries.record.enums import RecordKind
from app.matching.embedding import vector_store
from app.matching.index import Hit, IndexFilter

DIMENSION = 24
MODEL = "made-up/model's 1%"

OWNERS = tuple(new_id() for _ in range(3))
FIELDS = ("40", "401", "402", "50", "501")
REGIONS = ("370102", "370100", "370200", "371000", "110105", "000000")
DAYS = (date(2026, 1, 1), date(2026, 6, 30), date(2027, 1, 1))


@dataclass(frozen=True)
class Stored:
    """A record as a test stores it. `seed` decides its vector."""

    record_id: UUID
    seed: int
    kind: RecordKind = RecordKind.ACHIEVEMENT
    owner_org_id: UUID | None = None
    fields: tuple[str, ...] = ()
    region: str | None = None
    trl: int | None = None
    language: str | None = "zh"
    valid_until: date | None = None

    @property
    def vector(self) -> NDArray[np.float32]:
        return unit(self.seed)

    def passes(self, filter: IndexFilter) -> bool:
        """The filter's words, said a second time and in another way."""
        region = filter.region
        wide = {"370000": "37", "370100": "3701", "371000": "3710", "110000": "11"}
        return (
            self.kind == filter.kind
            and (not filter.fields or any(f.startswith(p) for f in self.fields for p in filter.fields))
            and (region is None or (self.region or "?").startswith(wide.get(region, region)))
            and (filter.min_trl is None or (self.trl is not None and self.trl >= filter.min_trl))
            and (not filter.languages or self.language in filter.languages)
            and self.record_id not in filter.exclude_ids
            and (self.owner_org_id is None or self.owner_org_id not in filter.exclude_owner_ids)
            and (filter.only_ids is None or self.record_id in filter.only_ids)
            and (filter.valid_on is None or self.valid_until is None or filter.valid_on <= self.valid_until)
        )


def unit(seed: int, dimension: int = DIMENSION) -> NDArray[np.float32]:
    vector = np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def units(*seeds: int) -> NDArray[np.float32]:
    return np.stack([unit(seed) for seed in seeds])


def store(database: Database, *records: Stored, model_id: str = MODEL) -> None:
    with database.unit_of_work() as session:
        for record in records:
            put(session, record, model_id=model_id)


def put(session: Session, record: Stored, model_id: str = MODEL) -> int:
    return vector_store.store_vectors(
        session,
        [
            vector_store.vector_row(
                record_id=record.record_id,
                kind=record.kind,
                model_id=model_id,
                text_hash=f"{record.seed:064x}",
                vector=record.vector,
                sentences=["一句话"],
                sentence_vectors=record.vector[None, :],
                owner_org_id=record.owner_org_id,
                fields=record.fields,
                region=record.region,
                trl=record.trl,
                language=record.language,
                valid_until=record.valid_until,
            )
        ],
    )[0]


def remove(database: Database, record_id: UUID) -> None:
    with database.unit_of_work() as session:
        vector_store.deactivate(session, record_id)


def some(count: int, first: int = 0) -> list[Stored]:
    return [Stored(new_id(), seed=first + number) for number in range(count)]


def expected(records: list[Stored], query: NDArray[np.float32], k: int, filter: IndexFilter) -> list[Hit]:
    """Brute force: every record's best inner product with the queries, those that pass, the highest `k`."""
    hits = [
        Hit(record.record_id, float((np.atleast_2d(query) @ record.vector).max()))
        for record in records
        if record.passes(filter)
    ]
    return sorted(hits, key=lambda hit: -hit.score)[:k]


def assert_same(found: list[Hit], wanted: list[Hit]) -> None:
    assert [hit.record_id for hit in found] == [hit.record_id for hit in wanted]
    np.testing.assert_allclose([hit.score for hit in found], [hit.score for hit in wanted], atol=1e-5)


_IDS = tuple(new_id() for _ in range(14))

stored_records = st.builds(
    Stored,
    record_id=st.sampled_from(_IDS),
    seed=st.integers(0, 10_000),
    kind=st.sampled_from([RecordKind.ACHIEVEMENT, RecordKind.ACHIEVEMENT, RecordKind.DEMAND]),
    owner_org_id=st.none() | st.sampled_from(OWNERS),
    fields=st.lists(st.sampled_from(FIELDS), max_size=3, unique=True).map(tuple),
    region=st.none() | st.sampled_from(REGIONS),
    trl=st.none() | st.integers(1, 9),
    language=st.none() | st.sampled_from(["zh", "en", "ja"]),
    valid_until=st.none() | st.sampled_from(DAYS),
).map(lambda record: replace(record, kind=_kind_of(record.record_id)))


def _kind_of(record_id: UUID) -> RecordKind:
    # A record's kind never changes.
    return RecordKind.DEMAND if _IDS.index(record_id) % 4 == 0 else RecordKind.ACHIEVEMENT


filters = st.builds(
    IndexFilter,
    kind=st.sampled_from([RecordKind.ACHIEVEMENT, RecordKind.ACHIEVEMENT, RecordKind.DEMAND]),
    fields=st.lists(st.sampled_from(FIELDS), max_size=2, unique=True).map(tuple),
    region=st.none() | st.sampled_from(["370000", "370100", "370102", "371000", "110000", "000000"]),
    min_trl=st.none() | st.integers(1, 9),
    languages=st.frozensets(st.sampled_from(["zh", "en"]), max_size=1),
    exclude_ids=st.frozensets(st.sampled_from(_IDS), max_size=3),
    exclude_owner_ids=st.frozensets(st.sampled_from(OWNERS), max_size=2),
    only_ids=st.none() | st.frozensets(st.sampled_from(_IDS), max_size=8),
    valid_on=st.none() | st.sampled_from([date(2026, 1, 1), date(2026, 1, 2), date(2026, 12, 31)]),
)
record_ids = st.sampled_from(_IDS)

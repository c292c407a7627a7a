"""What the reranker says of the pairs of a list: read from the table, and from the model for the best that it lacks."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session, object_session

from app.database import Database, insert_into, release_connection
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.matching.models import RerankedPair
from app.matching.reranker.cross_encoder import Reranker

log = structlog.get_logger(__name__)

FIRST = 30
"""Pairs of a list, best first, that are read. The others are taken for decoys, unless the other side's list had them
read before."""
_REMEMBERED = 50_000

Sentences = Sequence[str]


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    digest: str

    @classmethod
    def of(cls, sentences: Sentences) -> "_Text":
        text = "".join(sentences)
        return cls(text, hashlib.blake2b(text.encode(), digest_size=16).hexdigest())


class PairValues:
    """The values of pairs under one reranker. One instance per process; thread-safe.

    A value is stored as soon as one side's list needs it, and from then on every list has it: a pair has one score.
    """

    def __init__(self, reranker: Reranker, database: Database) -> None:
        self.reranker = reranker
        self._database = database
        self._remembered: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._lock = threading.Lock()

    def of_record(
        self,
        session: Session,
        record: Demand | Achievement,
        sentences: Sentences,
        others: Mapping[UUID, Sentences],
        due: Sequence[UUID],
    ) -> dict[UUID, float]:
        """Values of the record's pairs by the other side: all that are known, and those that are `due`.

        Args:
            others: the sentences of the other sides.

        Raises:
            ModelNotReady: the model cannot be loaded.
        """
        own = _Text.of(sentences)
        texts = {id_: _Text.of(one) for id_, one in others.items()}
        found, outdated = self._stored(session, record, own, texts)
        missing = {id_: texts[id_] for id_ in due if id_ not in found}
        if missing:
            release_connection(session)
            found |= self._read(own, missing, from_demand=isinstance(record, Demand))
        # What is not stored, such as a text that is only tried, has no rows.
        if (missing or outdated) and object_session(record) is not None:
            self._store(record, own, missing, found)
        return found

    def _stored(
        self,
        session: Session,
        record: Demand | Achievement,
        own: _Text,
        texts: Mapping[UUID, _Text],
    ) -> tuple[dict[UUID, float], bool]:
        """Current values, and whether the record has rows that can never be current again."""
        mine, other = _sides(record)
        found: dict[UUID, float] = {}
        outdated = False
        for row in session.scalars(select(RerankedPair).where(mine.id == record.id)):
            if (row.reranker, getattr(row, mine.digest.key)) != (self.reranker.name, own.digest):
                outdated = True
                continue
            id_ = getattr(row, other.id.key)
            if id_ in texts and getattr(row, other.digest.key) == texts[id_].digest:
                found[id_] = row.value
        return found, outdated

    def _read(self, own: _Text, wanted: Mapping[UUID, _Text], *, from_demand: bool) -> dict[UUID, float]:
        pairs = {id_: (own, text) if from_demand else (text, own) for id_, text in wanted.items()}
        with self._lock:
            found = {
                id_: self._remembered[key]
                for id_, pair in pairs.items()
                if (key := _key(pair)) in self._remembered
            }
        fresh = [id_ for id_ in pairs if id_ not in found]
        read = self.reranker.values([(pairs[id_][0].text, pairs[id_][1].text) for id_ in fresh])
        for id_, value in zip(fresh, _one_by_one(read), strict=True):
            found[id_] = value
            # At once: a request that ran out of time finds them at its next attempt.
            self._remember(_key(pairs[id_]), value)
        return found

    def _remember(self, key: tuple[str, str], value: float) -> None:
        with self._lock:
            self._remembered[key] = value
            if len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)

    def _store(
        self,
        record: Demand | Achievement,
        own: _Text,
        fresh: Mapping[UUID, _Text],
        values: Mapping[UUID, float],
    ) -> None:
        """Store fresh values, and delete the record's outdated ones. A failure is logged: the values are only slow."""
        mine, other = _sides(record)
        rows = [
            {
                "reranker": self.reranker.name,
                "value": values[id_],
                mine.id.key: record.id,
                mine.digest.key: own.digest,
                other.id.key: id_,
                other.digest.key: text.digest,
            }
            for id_, text in sorted(fresh.items())
        ]
        try:
            with self._database.unit_of_work() as session:
                session.execute(
                    delete(RerankedPair).where(
                        mine.id == record.id,
                        or_(mine.digest != own.digest, RerankedPair.reranker != self.reranker.name),
                    )
                )
                if rows:
                    _upsert(session, rows)
        except SQLAlchemyError as error:
            log.warning("reranked_pairs_not_stored", error=type(error).__name__)


def pair_values(reranker: Reranker | None, database: Database) -> PairValues | None:
    """The values of a reranker, kept in this database."""
    return None if reranker is None else PairValues(reranker, database)


def forget_pairs(session: Session, record_id: UUID) -> None:
    """Delete the values of a record that is not published any more."""
    session.execute(
        delete(RerankedPair).where(
            or_(RerankedPair.demand_id == record_id, RerankedPair.achievement_id == record_id)
        )
    )


def forget_other_rerankers(session: Session, name: str | None) -> None:
    """Delete the values of all rerankers but this one."""
    session.execute(delete(RerankedPair).where(RerankedPair.reranker != (name or "")))


@dataclass(frozen=True, slots=True)
class _Columns:
    id: InstrumentedAttribute[UUID]
    digest: InstrumentedAttribute[str]


_DEMAND = _Columns(RerankedPair.demand_id, RerankedPair.demand_digest)
_ACHIEVEMENT = _Columns(RerankedPair.achievement_id, RerankedPair.achievement_digest)


def _sides(record: Demand | Achievement) -> tuple[_Columns, _Columns]:
    """The columns of the record's side and of the other one."""
    return (_DEMAND, _ACHIEVEMENT) if isinstance(record, Demand) else (_ACHIEVEMENT, _DEMAND)


def _upsert(session: Session, rows: list[dict[str, Any]]) -> None:
    insert = insert_into(session, RerankedPair)
    changed = ("reranker", "demand_digest", "achievement_digest", "value")
    session.execute(
        insert.on_conflict_do_update(
            index_elements=[RerankedPair.demand_id, RerankedPair.achievement_id],
            set_={name: insert.excluded[name] for name in changed},
        ),
        rows,
    )


def _key(pair: tuple[_Text, _Text]) -> tuple[str, str]:
    return pair[0].digest, pair[1].digest


def _one_by_one(batches: Iterator[list[float]]) -> Iterator[float]:
    for batch in batches:
        yield from batch

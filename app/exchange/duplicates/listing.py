"""Likely duplicates side by side, and the decisions about them, as the bureau works through them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.access.permissions import require
from app.accounts.access.principal import Principal
from app.accounts.lists.duplicates import DecidedPair
from app.accounts.models import Organisation
from app.database import by_id
from app.exchange.duplicates.decisions import RecordVerdict
from app.exchange.duplicates.models import LikelyPair, RecordDecision
from app.exchange.duplicates.traits import traits_of_records
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES

_MOST_DECISIONS = 20
_TEXT = 600
"""Characters of the main text that are shown of each side."""


@dataclass(frozen=True, slots=True)
class LikelySide:
    """One of two records.

    Attributes:
        source: where it came from: `import:` and the sender, `mirror:` and the platform, or empty.
        text: the beginning of the main text.
        keys: hard keys, e.g. `patent:202310458812`.
    """

    id: UUID
    number: str
    title: str
    owner: str
    is_anonymous: bool
    source: str
    created_at: datetime
    published_at: datetime | None
    text: str
    keys: Sequence[str]
    people: Sequence[str]


@dataclass(frozen=True, slots=True)
class LikelyRecords:
    """Two records that may be one, the older first; `evidence` in Chinese and English, the strongest first."""

    first: LikelySide
    second: LikelySide
    evidence: Sequence[tuple[str, str]]
    has_same_key: bool


@dataclass(frozen=True, slots=True)
class LikelyRecordList:
    """What waits in one library, how much of it there is, and what was decided lately."""

    pairs: Sequence[LikelyRecords]
    total: int
    decided: Sequence[DecidedPair]


def likely_records(
    session: Session, kind: RecordKind, *, limit: int, principal: Principal
) -> LikelyRecordList:
    """The pairs that wait for a decision, those with a common key first, and the latest decisions.

    Raises:
        Forbidden: the principal is no operator.
    """
    require(principal, LIBRARIES[kind].action("review"))
    waiting = _waiting(kind)
    order = LikelyPair.verdict.desc(), LikelyPair.strength.desc(), LikelyPair.id
    pairs = session.scalars(waiting.order_by(*order).limit(limit)).all()
    sides = _sides(session, kind, {id_ for one in pairs for id_ in (one.first_id, one.second_id)})
    return LikelyRecordList(
        pairs=[
            LikelyRecords(
                sides[one.first_id],
                sides[one.second_id],
                [(each["zh"], each["en"]) for each in one.evidence],
                one.verdict == RecordVerdict.SAME,
            )
            for one in pairs
        ],
        total=session.scalar(select(func.count()).select_from(waiting.subquery())) or 0,
        decided=_decided(session, kind),
    )


def waiting_pairs(session: Session) -> tuple[int, datetime | None]:
    """How many pairs wait in all libraries, and since when the oldest does."""
    counted = []
    for kind in RecordKind:
        waiting = _waiting(kind).subquery()
        counted.append(session.execute(select(func.count(), func.min(waiting.c.found_at))).one())
    return sum(number for number, _ in counted), min((since for _, since in counted if since), default=None)


def _waiting(kind: RecordKind) -> Select[LikelyPair]:
    model, pair, row = LIBRARIES[kind].model, LikelyPair, RecordDecision
    first, second = aliased(model), aliased(model)
    decided = select(row.id).where(
        row.first_id == pair.first_id, row.second_id == pair.second_id, row.undone_at.is_(None)
    )
    return (
        select(pair)
        .join(first, first.id == pair.first_id)
        .join(second, second.id == pair.second_id)
        .where(pair.kind == kind.value, ~decided.exists())
        .where(first.state == RecordState.PUBLISHED, second.state == RecordState.PUBLISHED)
    )


def _sides(session: Session, kind: RecordKind, ids: Collection[UUID]) -> dict[UUID, LikelySide]:
    library = LIBRARIES[kind]
    records: Mapping[UUID, Record] = by_id(session, library.model, ids)
    owners = by_id(session, Organisation, {record.owner_org_id for record in records.values()})
    traits = traits_of_records(session, kind, library.model.id.in_(ids)) if ids else {}
    return {
        id_: LikelySide(
            id=id_,
            number=record.number,
            title=record.title,
            owner=owners[record.owner_org_id].name,
            is_anonymous=traits[id_].anonymous,
            source=record.source or "",
            created_at=record.created_at,
            published_at=record.published_at,
            text=str(getattr(record, library.main_text) or "")[:_TEXT],
            keys=sorted(traits[id_].keys),
            people=sorted(traits[id_].people),
        )
        for id_, record in records.items()
    }


def _decided(session: Session, kind: RecordKind) -> list[DecidedPair]:
    row = RecordDecision
    query = select(row).where(row.kind == kind.value, row.undone_at.is_(None))
    decisions = session.scalars(query.order_by(row.decided_at.desc()).limit(_MOST_DECISIONS)).all()
    ids = {id_ for one in decisions for id_ in (one.first_id, one.second_id)}
    records: Mapping[UUID, Any] = by_id(session, LIBRARIES[kind].model, ids)
    return [
        DecidedPair(
            one.id,
            _called(records.get(one.kept_id)),
            _called(records.get(one.other_id)),
            one.verdict == RecordVerdict.SAME,
            one.note,
            one.decided_at,
        )
        for one in decisions
    ]


def _called(record: Record | None) -> str:
    return "–" if record is None else f"{record.number} {record.title}"

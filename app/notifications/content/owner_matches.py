"""What an owner is told: how many good matches each of his own published records has, and the best of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import STRANGER
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.disclosure.visibility import present
from app.libraries.record.enums import PublishMode, RecordKind, RecordState
from app.libraries.record.models import Record
from app.matching.api.presenter import owners_of
from app.matching.models import Pair
from app.notifications.content.audience import Audience

BEST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class OwnerMatches:
    """`count` good matches of one record; `matches` are the best of them, as the owner may see them outside."""

    kind: RecordKind
    record: Mapping[str, Any]
    count: int
    matches: Sequence[Mapping[str, Any]]

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "record": dict(self.record),
            "count": self.count,
            "matches": [dict(one) for one in self.matches],
        }


def read(
    session: Session, ids: Mapping[str, Any], *, organisation_id: UUID, reader: Audience, threshold: float
) -> list[OwnerMatches]:
    """Of the named demands and achievements those that are the organisation's own, published, and have a good match."""
    groups = []
    for model, others, name in (
        (Demand, Achievement, "demand_ids"),
        (Achievement, Demand, "achievement_ids"),
    ):
        named = [UUID(id_) for id_ in ids.get(name, ())]
        own: Sequence[Any] = session.scalars(
            select(model)
            .where(
                model.id.in_(named),
                model.owner_org_id == organisation_id,
                model.state == RecordState.PUBLISHED,
            )
            .order_by(model.id)
        ).all()
        groups += [_of(session, record, others, reader, threshold) for record in own]
    return [group for group in groups if group.count]


def _of(session: Session, record: Record, others: Any, reader: Audience, threshold: float) -> OwnerMatches:
    mine, theirs = (
        (Pair.demand_id, Pair.achievement_id)
        if record.kind is RecordKind.DEMAND
        else (Pair.achievement_id, Pair.demand_id)
    )
    good = (
        select(others, Pair.score)
        .join(Pair, theirs == others.id)
        .where(mine == record.id, Pair.score >= threshold, others.state == RecordState.PUBLISHED)
    )
    count = session.scalar(select(func.count()).select_from(good.subquery())) or 0
    best = session.execute(good.order_by(Pair.score.desc(), others.id).limit(BEST_SHOWN)).all()
    return OwnerMatches(
        kind=record.kind,
        record={"id": str(record.id), "number": record.number, "title": record.title},
        count=count,
        matches=_shown(session, best, reader),
    )


def _shown(session: Session, best: Sequence[Any], reader: Audience) -> list[dict[str, Any]]:
    organisations = owners_of(session, [record for record, _ in best])
    shown = []
    for record, score in best:
        closed = reader.crowd or record.publish_mode == PublishMode.CONFIDENTIAL
        seen = present(record, STRANGER if closed else reader.principal, organisations=organisations)
        shown.append(
            {
                "id": seen["id"],
                "number": seen["number"],
                "title": seen["title"],
                "owner": seen.get("owner_name") or seen.get("public_alias"),
                "score": round(score, 4),
            }
        )
    return shown

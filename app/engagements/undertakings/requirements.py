"""What must be accepted before a record opens: the one condition, for queries and for single engagements."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.legal_texts.purposes import TextPurpose
from app.accounts.legal_texts.service import newest_version
from app.engagements.models import Engagement, ParticipantSide
from app.engagements.undertakings.models import Undertaking
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import UndertakingMode

SIDES: tuple[tuple[ParticipantSide, type[Any]], ...] = (
    (ParticipantSide.DEMAND, Demand),
    (ParticipantSide.ACHIEVEMENT, Achievement),
)


def is_satisfied(model: type[Any], reader: Any) -> ColumnElement[bool]:
    """Condition on a row of `model`: it asks for no undertaking, or the reader has given the one that it asks for.

    Args:
        reader: the user's id, as a value or an SQL expression; NULL for an API key, which can give none.
    """
    given = (Undertaking.record_id == model.id, Undertaking.user_id == reader)
    since_published = or_(model.published_at.is_(None), Undertaking.accepted_at >= model.published_at)
    # A mode that this version does not know is treated as the strictest.
    return or_(
        model.undertaking == UndertakingMode.NONE.value,
        and_(model.undertaking == UndertakingMode.ONCE.value, exists().where(*given)),
        exists().where(
            *given, Undertaking.text_version >= newest_version(TextPurpose.UNDERTAKING), since_published
        ),
    )


def owed_sides(
    session: Session, engagement: Engagement, *, principal: Principal, own_sides: Collection[str]
) -> frozenset[str]:
    """The sides whose record the principal may see in detail only after an undertaking that they have not given.

    Owners owe none for their own record, operators none at all.
    """
    if principal.sees_everything:
        return frozenset()
    reader = literal(principal.user_id, _id_type())
    satisfied = session.execute(
        select(*(is_satisfied(model, reader) for _, model in SIDES))
        .select_from(Demand)
        .join(Achievement, Achievement.id == engagement.achievement_id)
        .where(Demand.id == engagement.demand_id)
    ).one()
    sides = zip((side.value for side, _ in SIDES), satisfied, strict=True)
    return frozenset(side for side, holds in sides if not holds and side not in own_sides)


def asked_of(session: Session, engagement: Engagement) -> dict[ParticipantSide, UndertakingMode]:
    """Side → what its record asks for; a mode that this version does not know is the strictest."""
    modes = session.execute(
        select(Demand.undertaking, Achievement.undertaking)
        .join(Achievement, Achievement.id == engagement.achievement_id)
        .where(Demand.id == engagement.demand_id)
    ).one()
    known = {mode.value: mode for mode in UndertakingMode}
    return {
        side: known.get(mode, UndertakingMode.RENEWED) for (side, _), mode in zip(SIDES, modes, strict=True)
    }


def undertakings_in(session: Session, engagement_id: UUID) -> list[Undertaking]:
    """All acceptances in an engagement, the newest first."""
    query = select(Undertaking).where(Undertaking.engagement_id == engagement_id)
    return list(session.scalars(query.order_by(Undertaking.accepted_at.desc(), Undertaking.id.desc())))


def _id_type() -> Any:
    return Undertaking.user_id.type

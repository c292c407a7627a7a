"""What is written before both sides agree: the other side reads it, and does not know a hidden owner yet.

Only those who know the owner are checked. The answer to others would tell them whether they have guessed right.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.engagements.access import Participation
from app.engagements.models import Participant, ParticipantRole, ParticipantSide, ParticipantState
from app.errors import Conflict, FieldError, Invalid
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.lifecycle.publishing import owner_names
from app.libraries.record.enums import PublishMode
from app.libraries.validation.leaks.leak_check import LeakKind, find_leaks

_TELLING = frozenset({LeakKind.ORGANISATION, LeakKind.PERSON, LeakKind.NUMBER})


def refuse_telling(session: Session, participation: Participation, texts: Mapping[str, str | None]) -> None:
    """
    Raises:
        Invalid: a text, by its field, names a hidden owner whom the writer knows.
    """
    given = {field: text for field, text in texts.items() if text}
    errors = []
    for record in _hidden_records(session, participation):
        owner = owner_names(session, record, session.get_one(Organisation, record.owner_org_id))
        # Of a surname with a title nobody can say whose it is.
        named = replace(owner, contact_names=(), people=(*owner.people, *owner.contact_names))
        for leak in find_leaks(given, named):
            if leak.certain and leak.kind in _TELLING:
                errors.append(_tells(leak.field, leak.excerpt))
    if errors:
        raise Invalid(fields=errors)


def refuse_early_file(session: Session, participation: Participation) -> None:
    """
    Raises:
        Conflict: the principal is of a hidden side, and not both sides have agreed.
    """
    if participation.sides and any(
        side in participation.sides for side, _ in _unagreed_hidden(session, participation)
    ):
        raise Conflict(
            "The other side does not know you yet, and would by the file's name and properties. Add it once both sides "
            "have agreed.",
            "对方尚不知悉贵单位，而文件名和文件属性会透露；请在双方均同意后上传。",
            code="needs_agreement",
        )


def _tells(field: str, excerpt: str) -> FieldError:
    return FieldError(
        field,
        "tells_hidden_side",
        f"双方均同意前，对方也能看到此内容，而“{excerpt}”会透露匿名一方；请删除或改写",
        f"the other side reads this before both have agreed, and '{excerpt}' tells who the hidden side is; reword it",
    )


def _hidden_records(session: Session, participation: Participation) -> Iterator[Demand | Achievement]:
    """Those of hidden owners whom the principal knows."""
    for side, record in _unagreed_hidden(session, participation):
        brokers = ParticipantRole.MANAGER.value in participation.roles
        if (
            participation.is_operator
            or side in participation.sides
            or (brokers and _owner_consents(session, participation, side, record))
        ):
            yield record


def _unagreed_hidden(
    session: Session, participation: Participation
) -> Iterator[tuple[ParticipantSide, Demand | Achievement]]:
    engagement = participation.engagement
    if engagement.agreed_at is not None:
        return
    sides: tuple[tuple[ParticipantSide, Demand | Achievement], ...] = (
        (ParticipantSide.DEMAND, session.get_one(Demand, engagement.demand_id)),
        (ParticipantSide.ACHIEVEMENT, session.get_one(Achievement, engagement.achievement_id)),
    )
    yield from ((side, record) for side, record in sides if record.publish_mode == PublishMode.CONFIDENTIAL)


def _owner_consents(
    session: Session, participation: Participation, side: ParticipantSide, record: Demand | Achievement
) -> bool:
    query = select(Participant.id).where(
        Participant.engagement_id == participation.engagement.id,
        Participant.side == side,
        Participant.organisation_id == record.owner_org_id,
        Participant.state == ParticipantState.CONSENTED,
    )
    return session.scalar(query.limit(1)) is not None

"""Giving an undertaking: a person accepts the text in force before a record of another side opens to them."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.accounts.legal_texts.purposes import TextPurpose
from app.accounts.legal_texts.service import TextVersion, keep_first_version, text_of
from app.engagements.access import Participation, not_your_part, participation_of
from app.engagements.models import Engagement, ParticipantSide
from app.engagements.timeline import entries as timeline
from app.engagements.undertakings.models import Undertaking
from app.errors import Conflict, Forbidden


def give_undertaking(
    session: Session,
    engagement_id: UUID,
    side: ParticipantSide,
    *,
    text_version: int,
    language: str,
    principal: Principal,
) -> None:
    """Accept the text for the record of a side. No effect if nothing is owed any more.

    Raises:
        NotFound, Conflict: the principal does not take part in the engagement.
        Conflict: the record is the principal's own, or another version of the text is in force.
        Forbidden: the caller is an API key, which is no person, or the organisation is not verified.
    """
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_UNDERTAKE, principal=principal, lock=True
    )
    if principal.user_id is None or not participation.consented:
        raise Forbidden("Only a person can give an undertaking.", "保密承诺须由本人作出，请登录后操作。")
    if not principal.reads_details:
        raise Forbidden("The bureau has not verified your organisation yet.", "主管部门尚未核验您的单位。")
    if side.value in participation.sides:
        raise not_your_part("本方的记录无需承诺。", "You need no undertaking for a record of your own side.")
    if side.value not in participation.owed_sides:
        return
    text = text_of(session, TextPurpose.UNDERTAKING)
    if text.version != text_version:
        raise Conflict(
            f"The text has changed: version {text.version} is in force; please read it.",
            f"承诺书已更新为第 {text.version} 版，请阅读后再承诺。",
            code="text_outdated",
            version=text.version,
        )
    keep_first_version(session, TextPurpose.UNDERTAKING)
    _store(session, participation, side, text, language, principal.user_id)
    record_id = _record_of(participation.engagement, side)
    audit.record(
        session,
        principal,
        Action.ENGAGEMENT_UNDERTAKE,
        record_id,
        f"{participation.engagement.number} {side.value} text {text.version} sha256:{text.digest}",
    )
    timeline.write(
        session,
        engagement_id,
        "undertaking_given",
        principal=principal,
        role=participation.role,
        subject_id=record_id,
        side=side.value,
        text_version=text.version,
    )


def _record_of(engagement: Engagement, side: ParticipantSide) -> UUID:
    return engagement.demand_id if side is ParticipantSide.DEMAND else engagement.achievement_id


def _store(
    session: Session,
    participation: Participation,
    side: ParticipantSide,
    text: TextVersion,
    language: str,
    user_id: UUID,
) -> None:
    session.add(
        Undertaking(
            engagement_id=participation.engagement.id,
            participant_id=participation.consented[0].id,
            record_id=_record_of(participation.engagement, side),
            side=side.value,
            user_id=user_id,
            text_version=text.version,
            language=language,
            digest=text.digest,
        )
    )
    session.flush()

"""Shares of several managers in one engagement: the lead proposes them together, each manager confirms their own."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.database import now
from app.engagements.access import not_your_part, participation_of, require_open
from app.engagements.events import engagement_payload
from app.engagements.models import Engagement, ManagerShare, Participant, ParticipantRole, ParticipantState
from app.engagements.shares.rule import check_shares
from app.engagements.timeline import entries as timeline
from app.errors import Conflict, Invalid
from app.events.catalogue import SharesProposed
from app.events.outbox import emit
from app.libraries.managers.lookup import referred_managers


def share_managers(
    session: Session, shares: Sequence[tuple[UUID | str, Decimal]], *, principal: Principal
) -> list[tuple[UUID, Decimal]]:
    """The shares with the ids of managers who are named by number or name.

    Raises:
        Invalid: names every share whose manager is unknown or not the only one of this name.
    """
    fields = [f"shares.{position}.manager_id" for position in range(len(shares))]
    references = {field: reference for field, (reference, _) in zip(fields, shares, strict=True)}
    found = referred_managers(session, references, principal=principal)
    return [(found[field], percent) for field, (_, percent) in zip(fields, shares, strict=True)]


def propose_shares(
    session: Session,
    engagement_id: UUID,
    *,
    shares: Sequence[tuple[UUID, Decimal]],
    principal: Principal,
) -> list[ManagerShare]:
    """Replace all shares; only the lead's own is confirmed by this.

    Raises:
        Invalid: the shares break the share rule, or do not name exactly the engagement's managers.
        Conflict: the principal is not the lead, or the engagement has landed or ended.
    """
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_SHARE, principal=principal, lock=True
    )
    require_open(participation.engagement)
    if not participation.is_lead:
        raise not_your_part("分成仅可由牵头技术经理人提出。", "Only the lead may propose shares.")
    check_shares(shares)
    _check_managers(session, engagement_id, {manager_id for manager_id, _ in shares})
    session.execute(delete(ManagerShare).where(ManagerShare.engagement_id == engagement_id))
    rows = _proposed(participation.engagement, shares, timeline.actor_of(principal))
    session.add_all(rows)
    session.flush()
    timeline.write(
        session,
        engagement_id,
        "shares_proposed",
        principal=principal,
        role=participation.role,
        shares=[{"manager_id": str(row.manager_id), "percent": str(row.percent)} for row in rows],
    )
    asked = [row.manager_id for row in rows if row.confirmed_at is None]
    if asked:
        emit(session, SharesProposed(**engagement_payload(participation.engagement), manager_ids=asked))
    return rows


def _proposed(
    engagement: Engagement, shares: Sequence[tuple[UUID, Decimal]], lead: UUID | None
) -> list[ManagerShare]:
    """New shares, that of the lead confirmed."""
    moment = now()
    rows = [
        ManagerShare(
            engagement_id=engagement.id,
            manager_id=manager_id,
            percent=percent,
            proposed_by=lead,
            proposed_at=moment,
        )
        for manager_id, percent in shares
    ]
    for row in rows:
        if row.manager_id == engagement.manager_id:
            row.confirmed_by, row.confirmed_at = lead, moment
    return rows


def confirm_shares(session: Session, engagement_id: UUID, *, principal: Principal) -> list[ManagerShare]:
    """Confirm the principal's own shares; returns all shares of the engagement.

    Raises:
        Conflict: no share is proposed to the principal, or the engagement has landed or ended.
    """
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_SHARE, principal=principal, lock=True
    )
    require_open(participation.engagement)
    rows = shares_of(session, engagement_id)
    own_shares = [row for row in rows if row.manager_id in participation.manager_ids()]
    if not own_shares:
        raise Conflict("No share has been proposed to you.", "尚无待您确认的分成。", code="no_share")
    for row in own_shares:
        if row.confirmed_at is None:
            row.confirmed_at = now()
            row.confirmed_by = timeline.actor_of(principal)
            timeline.write(
                session,
                engagement_id,
                "share_confirmed",
                principal=principal,
                role=participation.role,
                subject_id=row.id,
            )
    session.flush()
    return rows


def shares_of(session: Session, engagement_id: UUID) -> list[ManagerShare]:
    query = select(ManagerShare).where(ManagerShare.engagement_id == engagement_id)
    return list(session.scalars(query.order_by(ManagerShare.percent.desc(), ManagerShare.id)))


def managers_of(session: Session, engagement_id: UUID) -> set[UUID]:
    """Ids of the managers who take part, including the lead."""
    query = select(Participant.manager_id).where(
        Participant.engagement_id == engagement_id,
        Participant.role == ParticipantRole.MANAGER,
        Participant.state == ParticipantState.CONSENTED,
    )
    return {id_ for id_ in session.scalars(query) if id_ is not None}


def _check_managers(session: Session, engagement_id: UUID, named: set[UUID]) -> None:
    present = managers_of(session, engagement_id)
    if named != present:
        ids = ", ".join(sorted(str(id_) for id_ in present))
        raise Invalid.field(
            "shares",
            "managers",
            f"应恰为此对接的全部技术经理人：{ids}",
            f"must name exactly the managers of this engagement: {ids}",
        )

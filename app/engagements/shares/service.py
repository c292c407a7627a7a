"""Several managers on one project (技术经理人 + 项目): the lead proposes shares as a whole, each confirms his own."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.database import now
from app.engagements.access import not_yours, participation_of, require_open
from app.engagements.models import ManagerShare, Participant, ParticipantRole, ParticipantState
from app.engagements.shares.rule import check_shares
from app.engagements.timeline import entries as timeline
from app.errors import Conflict, Invalid


def propose_shares(
    session: Session,
    engagement_id: UUID,
    *,
    shares: Sequence[tuple[UUID, Decimal]],
    principal: Principal,
) -> list[ManagerShare]:
    """New shares in place of the old ones; only the lead's own is confirmed thereby.

    Raises:
        Invalid: they break the share rule, or are not those of exactly the engagement's managers.
        Conflict: not the lead's to ask, or the engagement is over.
    """
    seat = participation_of(session, engagement_id, Action.ENGAGEMENT_SHARE, principal=principal, lock=True)
    require_open(seat.engagement)
    if not seat.is_lead:
        raise not_yours("分成由牵头技术经理人提出。", "The lead proposes the shares.")
    check_shares(shares)
    _check_managers(session, engagement_id, {manager_id for manager_id, _ in shares})
    session.execute(delete(ManagerShare).where(ManagerShare.engagement_id == engagement_id))
    actor, moment = timeline.actor_of(principal), now()
    rows = [
        ManagerShare(
            engagement_id=engagement_id,
            manager_id=manager_id,
            percent=percent,
            proposed_by=actor,
            proposed_at=moment,
            confirmed_by=actor if manager_id == seat.engagement.manager_id else None,
            confirmed_at=moment if manager_id == seat.engagement.manager_id else None,
        )
        for manager_id, percent in shares
    ]
    session.add_all(rows)
    session.flush()
    told = [{"manager_id": str(row.manager_id), "percent": str(row.percent)} for row in rows]
    timeline.write(
        session, engagement_id, "shares_proposed", principal=principal, role=seat.role, shares=told
    )
    return rows


def confirm_shares(session: Session, engagement_id: UUID, *, principal: Principal) -> list[ManagerShare]:
    """
    Raises:
        Conflict: nothing is proposed to the principal.
    """
    seat = participation_of(session, engagement_id, Action.ENGAGEMENT_SHARE, principal=principal, lock=True)
    require_open(seat.engagement)
    rows = shares_of(session, engagement_id)
    mine = [row for row in rows if row.manager_id in seat.manager_ids()]
    if not mine:
        raise Conflict("No share is proposed to you.", "尚无待您确认的分成。", code="no_share")
    for row in mine:
        if row.confirmed_at is None:
            row.confirmed_at = now()
            row.confirmed_by = timeline.actor_of(principal)
            timeline.write(
                session,
                engagement_id,
                "share_confirmed",
                principal=principal,
                role=seat.role,
                subject_id=row.id,
            )
    session.flush()
    return rows


def shares_of(session: Session, engagement_id: UUID) -> list[ManagerShare]:
    query = select(ManagerShare).where(ManagerShare.engagement_id == engagement_id)
    return list(session.scalars(query.order_by(ManagerShare.percent.desc(), ManagerShare.id)))


def managers_of(session: Session, engagement_id: UUID) -> set[UUID]:
    """The managers who take part now, the lead among them."""
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
            f"应恰为此对接的全部技术经理人: {ids}",
            f"must name exactly the managers of this engagement: {ids}",
        )

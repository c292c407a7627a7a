"""Who sees an engagement and as what he acts in it: every query and every command passes here."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, false, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Role
from app.database import one_or_not_found
from app.engagements.models import Engagement, Participant, ParticipantRole, ParticipantState, Stage
from app.engagements.transitions import OPERATOR
from app.errors import Conflict, NotFound
from app.libraries.managers.models import Manager

_SIDES = (ParticipantRole.ENTREPRENEUR, ParticipantRole.SCIENTIST)
_PRESENT = (ParticipantState.INVITED, ParticipantState.CONSENTED)


def is_mine(principal: Principal) -> ColumnElement[bool]:
    """The participations that the principal answers for: his own, or his organisation's.

    With an organisation's key of the role manager those of the managers it employs, as with pushes.
    """
    if principal.role is None:
        return false()
    rows: list[ColumnElement[bool]] = [false()]
    if principal.manager_id is not None:
        rows.append(Participant.manager_id == principal.manager_id)
    if principal.user_id is not None:
        rows.append(Participant.user_id == principal.user_id)
    organisation = principal.organisation_id
    if organisation is not None:
        if principal.role in (Role.ENTERPRISE, Role.INSTITUTION):
            ours = Participant.organisation_id == organisation
            rows.append(and_(ours, Participant.role.in_(_SIDES)))
        elif principal.role is Role.INVESTOR:
            ours = Participant.organisation_id == organisation
            rows.append(and_(ours, Participant.role == ParticipantRole.INVESTOR))
        elif principal.role is Role.MANAGER and principal.api_key_id is not None:
            employed = select(Manager.id).where(Manager.owner_org_id == organisation)
            rows.append(Participant.manager_id.in_(employed))
    return or_(*rows)


def participated_in(principal: Principal, *, consented: bool = False) -> Select[UUID]:
    """Ids of the engagements that the principal is invited to or takes part in; with `consented` only the latter."""
    states = (ParticipantState.CONSENTED,) if consented else _PRESENT
    return select(Participant.engagement_id).where(is_mine(principal), Participant.state.in_(states))


def visible_rows(principal: Principal) -> ColumnElement[bool]:
    """The engagements that the principal may know of: his own, and all of them for the bureau."""
    if principal.sees_everything:
        return true()
    return Engagement.id.in_(participated_in(principal))


@dataclass(frozen=True, slots=True)
class Participation:
    """An engagement with the participations that the principal answers for (none for the bureau)."""

    engagement: Engagement
    mine: tuple[Participant, ...]
    bureau: bool

    @property
    def consented(self) -> tuple[Participant, ...]:
        return tuple(one for one in self.mine if one.state == ParticipantState.CONSENTED)

    @property
    def roles(self) -> frozenset[str]:
        """In what roles he may act now; an invited one has none yet."""
        return frozenset({one.role for one in self.consented} | ({OPERATOR} if self.bureau else set()))

    @property
    def role(self) -> str:
        """What stands beside his deeds."""
        return next(iter(sorted(self.roles)), "")

    @property
    def is_lead(self) -> bool:
        return any(one.manager_id == self.engagement.manager_id for one in self.consented)

    @property
    def sees_contracts(self) -> bool:
        """An investor takes part without the contracts; see `contracts.access.visible_rows`."""
        return not self.roles <= {ParticipantRole.INVESTOR.value}

    @property
    def sides(self) -> frozenset[str]:
        return frozenset(one.side for one in self.consented if one.side is not None)

    def manager_ids(self) -> frozenset[UUID]:
        return frozenset(one.manager_id for one in self.consented if one.manager_id is not None)


def participation_of(
    session: Session,
    engagement_id: UUID,
    action: Action,
    *,
    principal: Principal,
    lock: bool = False,
    invited: bool = False,
) -> Participation:
    """The engagement as the principal acts in it; with `lock` its row stays as it is until the transaction ends.

    Raises:
        Unauthenticated, Forbidden: the role may not do this in any engagement.
        NotFound: there is none, or it is not the principal's to see.
        Conflict: he is invited and has not consented yet; `invited` lets him pass.
    """
    require(principal, action, own=True)
    query = select(Engagement).where(Engagement.id == engagement_id, visible_rows(principal))
    if lock:
        query = query.with_for_update(of=Engagement).execution_options(populate_existing=True)
    engagement = one_or_not_found(session, query)
    mine = session.scalars(
        select(Participant)
        .where(
            Participant.engagement_id == engagement_id, is_mine(principal), Participant.state.in_(_PRESENT)
        )
        .order_by(Participant.id)
        .execution_options(populate_existing=lock)
    )
    seat = Participation(engagement, tuple(mine), principal.sees_everything)
    if not seat.mine and not seat.bureau:
        raise NotFound  # he left between the two queries
    if not invited and not seat.roles:
        raise Conflict(
            "Consent to the invitation first.", "请先同意参与此对接。", code="not_consented", state="invited"
        )
    return seat


def require_open(engagement: Engagement) -> None:
    """
    Raises:
        Conflict: it has landed or ended; its past stays as it is.
    """
    stage = Stage.of(engagement.stage)
    if not stage.is_open:
        raise Conflict(
            f"The engagement is {stage.value}; nothing of it changes any more.",
            f"此对接{stage.zh},不能再作修改。",
            code="engagement_closed",
            stage=stage.value,
        )


def not_yours(zh: str, en: str, **extra: Any) -> Conflict:
    """For a command that another participant of this engagement may give, and the principal may not."""
    return Conflict(en, zh, code="not_your_part", **extra)

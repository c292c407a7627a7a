"""Access to engagements: who sees one, and in which role they act. Every query and command goes through here."""

from collections.abc import Iterable
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
from app.engagements.undertakings.requirements import owed_sides
from app.errors import Conflict, NotFound
from app.libraries.managers.models import Manager

_SIDES = (ParticipantRole.ENTREPRENEUR, ParticipantRole.SCIENTIST)
_CURRENT_STATES = (ParticipantState.INVITED, ParticipantState.CONSENTED)


def is_own_participant(principal: Principal) -> ColumnElement[bool]:
    """Condition: the participant is the principal, or their organisation.

    An organisation's API key with the role manager answers for the managers whom it employs, as with pushes.
    """
    if principal.role is None:
        return false()
    conditions: list[ColumnElement[bool]] = [false()]
    if principal.manager_id is not None:
        conditions.append(Participant.manager_id == principal.manager_id)
    if principal.user_id is not None:
        conditions.append(Participant.user_id == principal.user_id)
    organisation = principal.organisation_id
    if organisation is not None:
        if principal.role in (Role.ENTERPRISE, Role.INSTITUTION):
            of_organisation = Participant.organisation_id == organisation
            conditions.append(and_(of_organisation, Participant.role.in_(_SIDES)))
        elif principal.role is Role.INVESTOR:
            of_organisation = Participant.organisation_id == organisation
            conditions.append(and_(of_organisation, Participant.role == ParticipantRole.INVESTOR))
        elif principal.role is Role.MANAGER and principal.api_key_id is not None:
            employed = select(Manager.id).where(Manager.owner_org_id == organisation)
            conditions.append(Participant.manager_id.in_(employed))
    return or_(*conditions)


def participated_in(principal: Principal, *, consented: bool = False) -> Select[UUID]:
    """Ids of the engagements that the principal is invited to or takes part in.

    With `consented`, only those that the principal takes part in.
    """
    states = (ParticipantState.CONSENTED,) if consented else _CURRENT_STATES
    return select(Participant.engagement_id).where(
        is_own_participant(principal), Participant.state.in_(states)
    )


def visible_rows(principal: Principal) -> ColumnElement[bool]:
    """Condition: the engagements that the principal may see. Operators see all of them."""
    if principal.sees_everything:
        return true()
    return Engagement.id.in_(participated_in(principal))


@dataclass(frozen=True, slots=True)
class Participation:
    """An engagement as one principal sees it; `own` are the participants they answer for (none for an operator).

    `owed_sides` are the sides whose record opens to them only after an undertaking that they have not given.
    """

    engagement: Engagement
    own: tuple[Participant, ...]
    is_operator: bool
    is_verified: bool = False
    owed_sides: frozenset[str] = frozenset()

    @property
    def consented(self) -> tuple[Participant, ...]:
        return tuple(
            participant for participant in self.own if participant.state == ParticipantState.CONSENTED
        )

    @property
    def roles(self) -> frozenset[str]:
        """The roles in which the principal may act now; empty while they are only invited."""
        return frozenset(
            {participant.role for participant in self.consented} | ({OPERATOR} if self.is_operator else set())
        )

    @property
    def role(self) -> str:
        """The role that is logged with the principal's actions; "" without one."""
        return next(iter(sorted(self.roles)), "")

    @property
    def is_lead(self) -> bool:
        return any(participant.manager_id == self.engagement.manager_id for participant in self.consented)

    @property
    def sees_contracts(self) -> bool:
        """False for investors, who take part without seeing contracts (`contracts.access.visible_rows`)."""
        return not self.roles <= {ParticipantRole.INVESTOR.value}

    @property
    def is_third_party(self) -> bool:
        """Whether the principal takes part, but is neither of a side, nor the lead, nor an operator."""
        return not (self.is_operator or self.is_lead or self.sides)

    @property
    def reads_files(self) -> bool:
        """A third party reads what the others have shared once both sides take part and have opened it to them;
        nobody does who owes an undertaking."""
        if self.owed_sides:
            return False
        if not self.is_third_party:
            return True
        opened = any(participant.files_open for participant in self.consented)
        return opened and self.is_verified and self.engagement.agreed_at is not None

    @property
    def sides(self) -> frozenset[str]:
        return _sides_of(self.consented)

    def manager_ids(self) -> frozenset[UUID]:
        return frozenset(
            participant.manager_id for participant in self.consented if participant.manager_id is not None
        )


def participation_of(
    session: Session,
    engagement_id: UUID,
    action: Action,
    *,
    principal: Principal,
    lock: bool = False,
    invited: bool = False,
) -> Participation:
    """The engagement with the principal's part in it; `lock` locks its row until the transaction ends.

    Raises:
        Unauthenticated, Forbidden: the role may not do this in any engagement.
        NotFound: it does not exist, or the principal may not see it.
        Conflict: the principal is invited and has not consented yet; `invited` permits that.
    """
    require(principal, action, own=True)
    query = select(Engagement).where(Engagement.id == engagement_id, visible_rows(principal))
    if lock:
        query = query.with_for_update(of=Engagement).execution_options(populate_existing=True)
    engagement = one_or_not_found(session, query)
    own = session.scalars(
        select(Participant)
        .where(
            Participant.engagement_id == engagement_id,
            is_own_participant(principal),
            Participant.state.in_(_CURRENT_STATES),
        )
        .order_by(Participant.id)
        .execution_options(populate_existing=lock)
    )
    rows = tuple(own)
    participation = Participation(
        engagement,
        rows,
        principal.sees_everything,
        is_verified=principal.verified,
        owed_sides=owed_sides(session, engagement, principal=principal, own_sides=_sides_of(rows)),
    )
    if not participation.own and not participation.is_operator:
        raise NotFound  # the participant left between the two queries
    if not invited and not participation.roles:
        raise Conflict(
            "Accept the invitation first.", "请先同意参与此对接。", code="not_consented", state="invited"
        )
    return participation


def _sides_of(participants: Iterable[Participant]) -> frozenset[str]:
    return frozenset(participant.side for participant in participants if participant.side is not None)


def require_open(engagement: Engagement) -> None:
    """
    Raises:
        Conflict: it has landed or ended, and can no longer be changed.
    """
    stage = Stage.of(engagement.stage)
    if not stage.is_open:
        raise Conflict(
            f"The engagement is {stage.value} and can no longer be changed.",
            f"此对接{stage.zh}，不能再修改。",
            code="engagement_closed",
            stage=stage.value,
        )


def not_your_part(zh: str, en: str, **extra: Any) -> Conflict:
    """The error for a command that other participants may give, but not the principal."""
    return Conflict(en, zh, code="not_your_part", **extra)

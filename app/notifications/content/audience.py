"""The audience of an outbound message, and what it may see of a push.

The service does not control who reads an e-mail, a group chat or another program's log. Outbound messages therefore
show no more than the inbox does, and of a confidential record no more than an anonymous reader sees.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, OrganisationKind, Role, User
from app.accounts.roles import ROLES_OF_KIND
from app.database import now
from app.libraries.managers.user_link import manager_of_user
from app.libraries.record.enums import PublishMode
from app.pushes import queries
from app.pushes.inbox.presenter import read_many
from app.pushes.models import PENDING, Push
from app.pushes.schemas import PushRead

_PROGRAM_SCOPES = frozenset({"pushes:read", "matches:read", "achievements:read", "demands:read"})


@dataclass(frozen=True, slots=True)
class Audience:
    """The reader of a message. `is_group` means that unknown people read along, as in a group chat."""

    principal: Principal
    name: str
    is_group: bool = False


def audience_of_user(session: Session, user: User, *, is_group: bool) -> Audience:
    """The user as after a login. Operators count as users of a verified institution, not with their own full view."""
    trusted = session.scalar(select(Organisation.trusted).where(Organisation.id == user.organisation_id))
    role = Role(user.role)
    principal = Principal(
        user_id=user.id,
        organisation_id=user.organisation_id,
        role=Role.INSTITUTION if role is Role.OPERATOR else role,
        manager_id=manager_of_user(session, user.id) if role is Role.MANAGER else None,
        verified=bool(trusted),
    )
    return Audience(principal, user.name, is_group)


def audience_of_endpoint(session: Session, endpoint_id: UUID, organisation_id: UUID) -> Audience:
    """A program of the organisation: it sees what an API key of the organisation would see."""
    organisation = session.get_one(Organisation, organisation_id)
    role = ROLES_OF_KIND[OrganisationKind(organisation.kind)][0]
    principal = Principal(
        organisation_id=organisation.id,
        role=Role.INSTITUTION if role is Role.OPERATOR else role,
        scopes=_PROGRAM_SCOPES,
        api_key_id=endpoint_id,
        verified=organisation.trusted,
    )
    return Audience(principal, organisation.name)


def pushes_for(
    session: Session, audience: Audience, *, manager_id: UUID, ids: Collection[UUID] | None, limit: int
) -> list[PushRead]:
    """The manager's pending pushes among `ids` (None: all actionable ones), best first, as the audience may see them.

    Pushes that are answered, ended or not visible to the audience are left out.
    """
    query = queries.visible(select(Push), audience.principal).where(
        Push.manager_id == manager_id, Push.state.in_(PENDING), Push.expires_at > now()
    )
    query = queries.only_actionable(query, now()) if ids is None else query.where(Push.id.in_(ids))
    pushes = session.scalars(query.order_by(Push.rank_key.desc(), Push.id.desc()).limit(limit)).all()
    return read_outbound(session, pushes, audience)


def waiting_of(session: Session, manager_id: UUID) -> int:
    """How many pushes the manager may answer now."""
    query = queries.only_actionable(select(Push).where(Push.manager_id == manager_id), now())
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def read_outbound(session: Session, pushes: Sequence[Push], audience: Audience) -> list[PushRead]:
    """The pushes in the given order; confidential ones, and all for a group, as an unverified reader sees them."""
    unverified = replace(audience.principal, verified=False)
    if audience.is_group:
        return read_many(session, pushes, principal=unverified, policy=None)
    full = read_many(session, pushes, principal=audience.principal, policy=None)
    confidential = [push for push, read in zip(pushes, full, strict=True) if _is_confidential(read)]
    if not confidential:
        return full
    shown = read_many(session, confidential, principal=unverified, policy=None)
    reduced = {read.id: read for read in shown}
    return [reduced.get(read.id, read) for read in full]


def _is_confidential(read: PushRead) -> bool:
    modes = (read.demand.publish_mode, read.achievement.publish_mode)
    return PublishMode.CONFIDENTIAL.value in modes

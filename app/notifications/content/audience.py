"""Who reads a message, and what of a push he may see of it outside the house.

What goes into a mail, a group chat or another program's log is out of the service's hands. So nobody gets there more
than in the inbox, and of a confidential record no more than a stranger sees of it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, OrganisationKind, Role, User
from app.accounts.users import ROLES_OF_KIND
from app.database import now
from app.libraries.managers.service import manager_of_user
from app.libraries.record.enums import PublishMode
from app.pushes import queries
from app.pushes.inbox.presenter import read_many
from app.pushes.models import PENDING, Push
from app.pushes.schemas import PushRead

_OF_A_PROGRAM = frozenset({"pushes:read", "matches:read", "achievements:read", "demands:read"})


@dataclass(frozen=True, slots=True)
class Audience:
    """`crowd`: more eyes than the recipient's, and nobody knows whose: a group chat."""

    principal: Principal
    name: str
    crowd: bool = False


def reader_of_user(session: Session, user: User, *, crowd: bool) -> Audience:
    """As after a login; the bureau's staff, who see everything inside, as any verified organisation's outside."""
    trusted = session.scalar(select(Organisation.trusted).where(Organisation.id == user.organisation_id))
    role = Role(user.role)
    principal = Principal(
        user_id=user.id,
        organisation_id=user.organisation_id,
        role=Role.INSTITUTION if role is Role.OPERATOR else role,
        manager_id=manager_of_user(session, user.id) if role is Role.MANAGER else None,
        verified=bool(trusted),
    )
    return Audience(principal, user.name, crowd)


def reader_of_endpoint(session: Session, endpoint_id: UUID, organisation_id: UUID) -> Audience:
    """A program of the organisation: it sees what the organisation's API key would."""
    organisation = session.get_one(Organisation, organisation_id)
    role = ROLES_OF_KIND[OrganisationKind(organisation.kind)][0]
    principal = Principal(
        organisation_id=organisation.id,
        role=Role.INSTITUTION if role is Role.OPERATOR else role,
        scopes=_OF_A_PROGRAM,
        api_key_id=endpoint_id,
        verified=organisation.trusted,
    )
    return Audience(principal, organisation.name)


def pushes_for(
    session: Session, reader: Audience, *, manager_id: UUID, ids: Collection[UUID] | None, limit: int
) -> list[PushRead]:
    """The manager's pushes among `ids` (None: all that wait) that still want an answer, best first, as the reader may
    see them outside. Those that are answered, over or not his to see are left out."""
    query = queries.visible(select(Push), reader.principal).where(
        Push.manager_id == manager_id, Push.state.in_(PENDING), Push.expires_at > now()
    )
    query = queries.only_actionable(query, now()) if ids is None else query.where(Push.id.in_(ids))
    pushes = session.scalars(query.order_by(Push.rank_key.desc(), Push.id.desc()).limit(limit)).all()
    return read_outside(session, pushes, reader)


def read_outside(session: Session, pushes: Sequence[Push], reader: Audience) -> list[PushRead]:
    """In the order given."""
    guarded = replace(reader.principal, verified=False)
    if reader.crowd:
        return read_many(session, pushes, principal=guarded)
    open_ = read_many(session, pushes, principal=reader.principal)
    closed = [push for push, read in zip(pushes, open_, strict=True) if _is_confidential(read)]
    instead = {read.id: read for read in read_many(session, closed, principal=guarded)} if closed else {}
    return [instead.get(read.id, read) for read in open_]


def _is_confidential(read: PushRead) -> bool:
    modes = (read.demand.publish_mode, read.achievement.publish_mode)
    return PublishMode.CONFIDENTIAL.value in modes

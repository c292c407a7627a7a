"""Invitations: an administrator invites a colleague by e-mail, who sets their own name and password.

The answer is the same whether or not the address has an account; its owner learns of the attempt by mail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from app.accounts import audit, credentials
from app.accounts.access.grants import require_grant
from app.accounts.access.permissions import Action, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.accounts.access.proof import require_confirmation
from app.accounts.field_checks import check_email, checked
from app.accounts.legal_texts.consents import agreed_notice, record_consent
from app.accounts.links import service as links
from app.accounts.links.models import AccountLink, LinkPurpose
from app.accounts.models import STAFF, Organisation, Role, User
from app.accounts.new_users import UserFacts, check_user_facts, store_user
from app.accounts.roles import check_role, refuse_other_role
from app.accounts.sessions.tokens import principal_of, user_by_email
from app.database import Database, now, one_or_not_found
from app.errors import Conflict, Invalid
from app.errors.collection import Faults
from app.events.catalogue import LoginMailboxConfirmed
from app.events.outbox import emit
from app.settings import Settings

MAX_OPEN = 50
"""Open invitations of an organisation."""
_FIRST = 3
"""Invitations of one mailbox that other organisations' invitations cannot use up."""


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation says to the person who holds its link."""

    email: str
    organisation: str
    role: Role


def invite(
    session: Session,
    settings: Settings,
    *,
    principal: Principal,
    email: str,
    role: Role,
    administrator: bool = False,
    organisation_id: UUID | None = None,
) -> AccountLink:
    """Send an invitation for the principal's organisation or, by an operator, for any organisation.

    Raises:
        Forbidden: the principal does not administer the organisation, its administrators do not give this role, or
            power over others was not confirmed just now.
        Invalid: this is no e-mail address, or the organisation does not exist or does not allow the role.
        Conflict: the organisation has `MAX_OPEN` open invitations.
    """
    organisation_id = organisation_id or principal.organisation_id
    require(principal, Action.USER_INVITE, owner_org_id=organisation_id)
    if administrator or role is Role.OPERATOR:
        require_confirmation(principal)
    faults = Faults()
    with faults.collected():
        check_role(session, role, organisation_id)
    with faults.collected():
        email = checked("email", check_email, email)
    faults.raise_if_any()
    if organisation_id is None or (administrator and role in STAFF):
        raise Invalid.field(
            "administrator" if organisation_id else "organisation_id",
            "not_for_operators",
            "管理部门用户须有所属单位，无须设为单位管理员",
            "an operator is invited to the bureau's organisation, and needs not be its administrator",
        )
    if scope_of(principal, Action.USER_INVITE) is RecordScope.OWN:
        refuse_other_role(session, role, organisation_id)
    require_grant(principal, role)
    if (session.scalar(select(func.count()).where(*_open(organisation_id))) or 0) >= MAX_OPEN:
        raise Conflict(
            f"Your organisation has {MAX_OPEN} open invitations; withdraw one, or wait until they are accepted.",
            f"本单位待接受的邀请已达上限 {MAX_OPEN} 个，请先撤回部分邀请。",
            code="too_many_invitations",
        )
    link = links.issue(
        session,
        settings.signing_key,
        purpose=LinkPurpose.INVITE,
        email=email,
        organisation_id=organisation_id,
        created_by=principal.user_id,
        data={"role": role.value, "administrator": administrator},
        is_first=links.invitations_in_the_last_hour(session, email, organisation_id) < _FIRST,
    )
    audit.record(session, principal, Action.USER_INVITE, link.id, f"role={role}")
    return link


def open_invitations(*, principal: Principal, organisation_id: UUID | None = None) -> Select[AccountLink]:
    """Query for the invitations that nobody has accepted yet and that the principal may withdraw."""
    require(principal, Action.USER_INVITE, own=True)
    query = select(AccountLink).where(*_open())
    if scope_of(principal, Action.USER_INVITE) is RecordScope.OWN:
        query = query.where(AccountLink.organisation_id == principal.organisation_id)
    if organisation_id is not None:
        query = query.where(AccountLink.organisation_id == organisation_id)
    return query


def withdraw_invitation(session: Session, invitation_id: UUID, *, principal: Principal) -> None:
    """End an invitation, with all others of the organisation to the same mailbox.

    Raises:
        NotFound: no such open invitation of the principal's organisation.
    """
    link = one_or_not_found(
        session, open_invitations(principal=principal).where(AccountLink.id == invitation_id)
    )
    same = and_(AccountLink.email == link.email, AccountLink.organisation_id == link.organisation_id)
    links.end_invitations(session, same)
    audit.record(session, principal, Action.USER_INVITE, link.id, "withdraw")


def read_invitation(session: Session, token: str) -> Invited:
    """
    Raises:
        NotFound: the link is invalid, used or expired.
    """
    link = links.usable(session, token, LinkPurpose.INVITE, lock=False)
    organisation = session.get_one(Organisation, link.organisation_id)
    return Invited(link.email, organisation.name, Role(link.data["role"]))


def accept_invitation(
    database: Database, *, token: str, name: str, password: str, notice_version: int
) -> User:
    """Store the invited person as a user: the mailbox is confirmed by the token that was sent to it.

    Takes the database rather than a session, because the password is hashed while no transaction is open.

    Raises:
        NotFound: the link is invalid, used or expired, or the address has an account meanwhile.
        Invalid: the name or the password violates a rule, the organisation does not allow the role any more, or the
            consent is to a notice that is no longer in force.
        Unavailable: too many passwords are being hashed.
    """
    faults = Faults()
    agreed: Mapping[str, Any] = {}
    with database.reading() as session:
        email = links.usable(session, token, LinkPurpose.INVITE, lock=False).email
        with faults.collected():
            agreed = agreed_notice(session, notice_version)
    with faults.collected():
        _, name = check_user_facts(UserFacts(email=email, name=name, password=password))
    faults.raise_if_any()
    password_hash = credentials.hash_password(password)
    with database.unit_of_work() as session:
        link = links.usable(session, token, LinkPurpose.INVITE)
        if user_by_email(session, link.email) is not None:
            raise links.invalid_link()
        user = store_user(
            session,
            email=link.email,
            name=name,
            password_hash=password_hash,
            role=Role(link.data["role"]),
            organisation_id=link.organisation_id,
            administrator=link.data["administrator"] or None,
        )
        record_consent(session, user, agreed)
        links.use_up(session, link)
        audit.record(
            session, principal_of(user), Action.USER_CREATE, user.id, f"invitation; role={user.role}"
        )
        emit(session, LoginMailboxConfirmed(subject_id=user.id, is_new=True))
        return user


def _open(organisation_id: UUID | None = None) -> list[ColumnElement[bool]]:
    conditions = [
        AccountLink.purpose == LinkPurpose.INVITE,
        AccountLink.used_at.is_(None),
        AccountLink.expires_at > now(),
    ]
    if organisation_id is not None:
        conditions.append(AccountLink.organisation_id == organisation_id)
    return conditions

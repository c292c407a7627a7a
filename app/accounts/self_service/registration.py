"""Registration: a new organisation with its first user, stored once their mailbox is confirmed.

Until then there is neither an organisation nor a user, so nobody can use another person's address, name or credit code.
The answer is the same whether or not the address has an account; its owner learns of the attempt by mail.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts import audit, credentials, throttle
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import ANONYMOUS, Principal
from app.accounts.field_checks import check_email, checked, field_prefix
from app.accounts.legal_texts.consents import agreed_notice, record_consent
from app.accounts.links import service as links
from app.accounts.links.models import AccountLink, LinkPurpose
from app.accounts.models import Organisation, OrganisationKind, Role, User
from app.accounts.new_users import UserFacts, check_user_facts, store_user
from app.accounts.organisations.service import OrganisationFacts, add_organisation, check_facts
from app.accounts.roles import registration_roles
from app.accounts.throttle import RateLimitKey
from app.database import Database, now, one_or_not_found
from app.errors import Invalid
from app.errors.collection import Faults
from app.events.catalogue import LoginMailboxConfirmed
from app.events.outbox import emit
from app.settings import Settings


def request_registration(
    database: Database,
    settings: Settings,
    *,
    principal: Principal,
    organisation: OrganisationFacts,
    user: UserFacts,
    role: Role | None,
    attempt: RateLimitKey,
    notice_version: int,
    browser_token: str | None = None,
) -> None:
    """Check a registration, and send the confirmation link to the mailbox. `attempt` has been counted.

    In the browser that keeps the secret `browser_token` the confirmation is the first login, too.

    Takes the database rather than a session, because the password is hashed while no transaction is open.

    Raises:
        Invalid: a field is invalid, this kind of organisation cannot be registered, or not with this role, or the
            consent is to a notice that is no longer in force.
        Conflict: an organisation with this credit code exists.
        Unavailable: too many passwords are being hashed.
    """
    require(principal, Action.ACCOUNT_REGISTER)
    faults = Faults()
    with faults.collected():
        _open_role(organisation.kind, role)
    with faults.collected(), field_prefix("user"):
        check_user_facts(user)
    with faults.collected(), field_prefix("organisation"), database.reading() as session:
        check_facts(session, organisation)
    agreed: Mapping[str, Any] = {}
    with faults.collected(), database.reading() as session:
        agreed = agreed_notice(session, notice_version)
    faults.raise_if_any()
    role = _open_role(organisation.kind, role)
    email, name = check_user_facts(user)
    data = {
        "organisation": asdict(organisation)
        | {
            "aliases": list(organisation.aliases),
            "former_names": [dict(entry) for entry in organisation.former_names],
            "parent_id": None,
        },
        "name": name,
        "role": role.value,
        "password_hash": credentials.hash_password(user.password),
        "notice": dict(agreed),
        "browser": credentials.digest(browser_token) if browser_token else None,
    }
    with database.unit_of_work() as session:
        links.issue(
            session,
            settings.signing_key,
            purpose=LinkPurpose.REGISTER,
            email=email,
            data=data,
            is_first=throttle.is_first(session, attempt),
        )


def check_organisation(database: Database, *, principal: Principal, organisation: OrganisationFacts) -> None:
    """Check the organisation of a registration before its person is known, by the rules of `request_registration`.

    Raises:
        Invalid: a field is invalid, or this kind of organisation cannot be registered.
        Conflict: an organisation with this credit code exists.
    """
    require(principal, Action.ACCOUNT_REGISTER)
    _open_role(organisation.kind, None)
    with field_prefix("organisation"), database.reading() as session:
        check_facts(session, organisation)


def resend_registration(session: Session, *, principal: Principal, email: str, attempt: RateLimitKey) -> None:
    """Send the confirmation link again, if this mailbox has an unconfirmed registration; the caller cannot tell."""
    require(principal, Action.ACCOUNT_REGISTER)
    link = session.scalar(
        pending_registrations()
        .where(AccountLink.email == checked("email", check_email, email))
        .order_by(AccountLink.id.desc())
        .limit(1)
    )
    if link is not None:
        links.send(session, link, is_first=throttle.is_first(session, attempt))


def complete_registration(session: Session, token: str) -> tuple[Organisation, User]:
    """Store the organisation and its first user: the mailbox is confirmed by the token that was sent to it.

    Raises:
        NotFound: the link is invalid, used or expired, or the address has an account meanwhile.
        Conflict: an organisation with this credit code was registered meanwhile.
    """
    return _complete(session, links.usable(session, token, LinkPurpose.REGISTER), ANONYMOUS)


def pending_registrations(*, principal: Principal | None = None) -> Select[AccountLink]:
    """Query for the registrations whose mailbox is not confirmed; with a principal, they must be an operator."""
    if principal is not None:
        require(principal, Action.REGISTRATION_CONFIRM)
    return select(AccountLink).where(
        AccountLink.purpose == LinkPurpose.REGISTER,
        AccountLink.used_at.is_(None),
        AccountLink.expires_at > now(),
        ~select(User.id).where(User.email == AccountLink.email).exists(),
    )


def confirm_registration(
    session: Session, registration_id: UUID, *, principal: Principal
) -> tuple[Organisation, User]:
    """Complete a registration as an operator who has made sure by other means that the mailbox is the person's.

    Raises:
        NotFound: no such unconfirmed registration.
        Conflict: see `complete_registration`.
    """
    query = pending_registrations(principal=principal).where(AccountLink.id == registration_id)
    return _complete(session, one_or_not_found(session, query.with_for_update()), principal)


def _complete(session: Session, link: AccountLink, principal: Principal) -> tuple[Organisation, User]:
    facts = dict(link.data["organisation"])
    facts["kind"] = OrganisationKind(facts["kind"])
    facts["aliases"] = tuple(facts["aliases"])
    facts["former_names"] = tuple(facts.get("former_names", ()))
    with field_prefix("organisation"):
        organisation = add_organisation(session, facts=OrganisationFacts(**facts), self_registered=True)
    user = store_user(
        session,
        email=link.email,
        name=link.data["name"],
        password_hash=link.data["password_hash"],
        role=Role(link.data["role"]),
        organisation_id=organisation.id,
        administrator=True,
    )
    if link.data.get("notice"):  # links of earlier releases have none
        record_consent(session, user, link.data["notice"])
    links.use_up(session, link)
    actor = principal
    if principal.is_anonymous:
        emit(session, LoginMailboxConfirmed(subject_id=user.id, is_new=True))
        actor = Principal(user_id=user.id, organisation_id=organisation.id, role=Role(user.role))
    details = f"{organisation.name}; role={user.role}"
    audit.record(session, actor, Action.ACCOUNT_REGISTER, organisation.id, details)
    return organisation, user


def _open_role(kind: OrganisationKind, role: Role | None) -> Role:
    """The chosen role if registration offers it to this kind of organisation; by default the first that it offers."""
    choices = registration_roles(kind)
    if not choices:
        raise Invalid.field(
            "organisation.kind",
            "kind_not_open",
            "管理部门账号由管理部门用户创建",
            "accounts of the bureau are created by operators",
        )
    if role is not None and role not in choices:
        names = ", ".join(choices)
        raise Invalid.field(
            "role",
            "role_not_open",
            f"此类单位可注册的角色：{names}",
            f"roles available for this kind of organisation: {names}",
        )
    return role or choices[0]

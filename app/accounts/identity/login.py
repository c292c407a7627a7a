"""Login by the city's identity provider: state, nonce and verifier in between, then the account of that identity.

An identity belongs to an account once its verified mail address was that of the account, or not at all: an address
that the provider has not verified could be anybody's.
"""

from uuid import UUID

import structlog
from authlib.common.security import generate_token
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.access.proof import require_confirmation
from app.accounts.factors import challenges
from app.accounts.identity.provider import ExternalIdentity, IdentityProvider, IdentityRefused
from app.accounts.models import ChallengePurpose, IdentityLink, User
from app.accounts.sessions.login import Opened, Opener, finish_first_step
from app.accounts.sessions.tokens import Client, principal_of, user_by_email
from app.database import Database
from app.errors import Unauthenticated
from app.events.catalogue import CredentialsChanged
from app.events.catalogue.accounts import CredentialChange
from app.events.outbox import emit
from app.settings import Settings

log = structlog.get_logger(__name__)


def begin_login(database: Database, settings: Settings, *, target: str) -> tuple[str, str]:
    """The address of the provider's login, and the state that this browser has to bring back.

    Raises:
        Unavailable: the provider does not answer.
    """
    nonce, verifier = generate_token(32), generate_token(64)
    with database.unit_of_work() as session:
        data = {"nonce": nonce, "verifier": verifier, "target": target}
        state = challenges.issue(session, ChallengePurpose.IDENTITY, user_id=None, data=data)
    return IdentityProvider(settings).address(state=state, nonce=nonce, verifier=verifier), state


def complete_identity_login(
    database: Database, settings: Settings, *, state: str, code: str, client: Client, then: Opener[Opened]
) -> tuple[Opened, str]:
    """Check what the provider says, and answer what `then` opens for the user, and where they wanted to go.

    Raises:
        Unauthenticated: the state is unknown, used or expired, the provider's answer cannot be trusted, or no account
            belongs to this identity.
        SecondFactorRequired: the user has a second factor.
        Unavailable: the provider does not answer.
    """
    with database.unit_of_work() as session:
        found = challenges.find(session, ChallengePurpose.IDENTITY, state)
        data = dict(found.data)
        challenges.use_up(found)  # before the provider is asked: a code is exchanged once
    try:
        identity = IdentityProvider(settings).complete(
            code=code, nonce=data["nonce"], verifier=data["verifier"]
        )
    except IdentityRefused as error:
        log.warning("identity_refused", reason=str(error)[:200], address=client.address)
        raise Unauthenticated(
            "The answer of the city's login could not be checked; please log in again.",
            "统一身份认证返回的结果无法核验，请重新登录。",
            code="identity_refused",
        ) from error
    opened = finish_first_step(
        database, lambda session: _account(session, identity), client=client, then=then
    )
    return opened, str(data["target"])


def linked_identity(session: Session, *, principal: Principal) -> IdentityLink | None:
    """The identity that belongs to the principal's account."""
    return session.scalar(select(IdentityLink).where(IdentityLink.user_id == principal.user_id))


def unlink(session: Session, *, principal: Principal) -> None:
    """The identity no longer opens the principal's account.

    Raises:
        Forbidden: the principal has not shown a password or factor just now.
    """
    require(principal, Action.USER_CHANGE, own=True)
    require_confirmation(principal)
    assert principal.user_id is not None
    gone = session.execute(
        delete(IdentityLink).where(IdentityLink.user_id == principal.user_id).returning(IdentityLink.id)
    ).first()
    if gone is not None:
        _record(session, principal, principal.user_id, "identity_unlinked")


def _account(session: Session, identity: ExternalIdentity) -> User:
    link = session.scalar(
        select(IdentityLink).where(
            IdentityLink.issuer == identity.issuer, IdentityLink.subject == identity.subject
        )
    )
    user = session.get(User, link.user_id, with_for_update=True) if link else _by_mail(session, identity)
    if user is None or not user.active:
        raise Unauthenticated(
            "No account belongs to this identity. Ask the administrator of your organisation for an invitation to the "
            "mail address that the city's login has verified.",
            "该身份没有对应的三库账号。请本单位账号管理员向您在统一身份认证中已验证的邮箱发送邀请。",
            code="identity_unknown",
        )
    return user


def _by_mail(session: Session, identity: ExternalIdentity) -> User | None:
    """Link the identity to the account of its verified address, unless that account has an identity."""
    user = user_by_email(session, identity.email) if identity.email else None
    if user is None or not user.active:
        return None
    user = session.get_one(User, user.id, with_for_update=True)
    if session.scalar(select(IdentityLink.id).where(IdentityLink.user_id == user.id)) is not None:
        return None
    session.add(IdentityLink(issuer=identity.issuer, subject=identity.subject, user_id=user.id))
    _record(session, principal_of(user), user.id, "identity_linked")
    return user


def _record(session: Session, principal: Principal, user_id: UUID, change: CredentialChange) -> None:
    audit.record(session, principal, "user.credentials", user_id, change)
    emit(session, CredentialsChanged(subject_id=user_id, change=change))

"""Authentication: from the credentials of a request to its principal.

Credentials are looked up at every request, so a revocation takes effect immediately.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, OAuth2PasswordBearer
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, aliased

from app.accounts import credentials
from app.accounts.access.networks import is_within
from app.accounts.access.opened_records import Disclosure
from app.accounts.access.principal import ANONYMOUS, OwedStep, Principal
from app.accounts.access.proof import owed_step
from app.accounts.access.second_factors import has_second_factor
from app.accounts.models import (
    ApiKey,
    Consent,
    LoginSession,
    Organisation,
    RefreshToken,
    Role,
    User,
)
from app.database import Database, now
from app.errors import BadRequest, Forbidden, Unauthenticated
from app.events.catalogue import ApiKeyRefused
from app.events.outbox import emit
from app.services import AllServices, Services
from app.settings import Settings
from app.transport.request_limits import RequestLimits

log = structlog.get_logger(__name__)

_LAST_USED_INTERVAL = timedelta(minutes=1)
_OWN_ACCOUNT = ("/v1/me", "/v1/auth/", "/v1/legal-texts/")

# These two only read the headers and document the schemes in the OpenAPI description.
_bearer_scheme = OAuth2PasswordBearer(
    tokenUrl="/v1/auth/token",
    refreshUrl="/v1/auth/refresh",
    auto_error=False,
    description="通过 /v1/auth/token 登录获得的访问令牌，或 API 密钥 sk_…",
)
_key_scheme = APIKeyHeader(name="X-API-Key", auto_error=False, description="单位的 API 密钥 sk_…")


def current_principal(
    request: Request,
    services: AllServices,
    bearer: Annotated[str | None, Depends(_bearer_scheme)],
    api_key: Annotated[str | None, Depends(_key_scheme)],
) -> Principal:
    """The principal of the request; anonymous if no credentials were sent.

    Raises:
        Unauthenticated: the credentials are not valid.
        BadRequest: two kinds of credentials were sent.
        Forbidden: the user must do something first, and this is not about their own account.
    """
    if request.headers.get("Authorization") is not None:
        if not bearer:
            raise Unauthenticated(
                "The Authorization header must be 'Bearer' followed by an access token or API key.",
                "Authorization 应为 Bearer 加访问令牌或 API 密钥。",
            )
        if api_key is not None:
            raise BadRequest(
                "Send either Authorization or X-API-Key, not both.",
                "Authorization 与 X-API-Key 只能使用其中一种。",
            )
    principal = principal_of(services, bearer, api_key, address=address_of(request))
    count_request(services, request, principal)
    if principal.owed is not None and not request.url.path.startswith(_OWN_ACCOUNT):
        raise owed_step(principal)
    return principal


def count_request(services: Services, request: Request, principal: Principal) -> None:
    """Count the request for its user or API key and their organisation; strangers count by their address alone.

    Raises:
        TooManyRequests: one of them has sent too many within a minute.
    """
    if not principal.is_anonymous:
        services[RequestLimits].count_caller(
            request,
            caller=str(principal.user_id or principal.api_key_id),
            organisation=str(principal.organisation_id) if principal.organisation_id else None,
        )


def address_of(request: Request) -> str:
    """The network address of the client."""
    return request.client.host if request.client else "unknown"


def principal_of(services: Services, bearer: str | None, api_key: str | None, *, address: str) -> Principal:
    """
    Raises:
        Unauthenticated: the credentials are not valid.
        Forbidden: the API key may not be used from this address.
    """
    secret = bearer or api_key
    if secret is None:
        return ANONYMOUS
    if api_key is not None or secret.startswith("sk_"):
        return _api_key_principal(services[Database], secret, address)
    return _user_principal(services, secret)


def logged_in(principal: Annotated[Principal, Depends(current_principal)]) -> Principal:
    """The principal of the request.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    if principal.is_anonymous:
        raise Unauthenticated
    return principal


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]
LoggedIn = Annotated[Principal, Depends(logged_in)]


def _user_principal(services: Services, token: str) -> Principal:
    claims = credentials.read_access_token(token, key=services[Settings].signing_key)
    if claims is None:
        raise _invalid_credentials()
    opened_after = now() - services[Settings].session_lifetime
    # A short session of its own: the route opens its session later, and that one may be for writing.
    with services[Database].reading() as session:
        user = user_identity(
            session,
            services,
            claims.user_id,
            _is_session_active(),
            session_id=claims.chain_id,
            values={"opened_after": opened_after},
        )
    if user is None:
        raise _invalid_credentials()
    return user.principal


@cache
def _is_session_active() -> ColumnElement[bool]:
    """Condition on the session that was opened since `opened_after`."""
    return (
        select(RefreshToken.id)
        .join(LoginSession, LoginSession.id == RefreshToken.chain_id)
        .where(
            RefreshToken.chain_id == bindparam("session_id"),
            RefreshToken.user_id == bindparam("user_id"),
            RefreshToken.revoked_at.is_(None),
            LoginSession.created_at > bindparam("opened_after"),
        )
        .exists()
    )


@dataclass(frozen=True, slots=True)
class UserIdentity:
    """A logged-in user: their principal, and what they and their organisation are called."""

    principal: Principal
    name: str
    organisation: str


def user_identity(
    session: Session,
    services: Services,
    user_id: UUID,
    condition: ColumnElement[bool],
    *,
    session_id: UUID,
    values: Mapping[str, Any] | None = None,
) -> UserIdentity | None:
    """The user of a session, if they are active and the condition holds; `values` are those of its parameters."""
    settings, disclosure = services[Settings], services[Disclosure]
    known = {
        "user_id": user_id,
        "session_id": session_id,
        "confirmed_after": now() - settings.confirmation_lifetime,
    }
    row = session.execute(_identities().where(condition), known | dict(values or {})).one_or_none()
    if row is None:
        return None
    user, trusted, organisation, has_factor, has_withdrawn, is_confirmed = row
    role = Role(user.role)
    owed = None
    if role in settings.roles_with_second_factor and not has_factor:
        owed = OwedStep.SECOND_FACTOR
    elif has_withdrawn:
        owed = OwedStep.CONSENT
    elif settings.password_max_age is not None:
        changed_at = user.password_changed_at or user.created_at
        owed = OwedStep.PASSWORD if changed_at <= now() - settings.password_max_age else None
    principal = Principal(
        user_id=user.id,
        organisation_id=user.organisation_id,
        role=role,
        manager_id=disclosure.manager_of_user(session, user.id) if role is Role.MANAGER else None,
        session_id=session_id,
        verified=bool(trusted) or role is Role.OPERATOR,
        administrator=user.administrator,
        owed=owed,
        is_confirmed=bool(is_confirmed),
    )
    return UserIdentity(principal, user.name, organisation or "")


@cache
def _identities() -> Select[User, bool, str, bool, bool, bool]:
    """What `user_identity` reads of an active user. Put together once: every request of somebody asks it."""
    confirmed_at = func.coalesce(LoginSession.confirmed_at, LoginSession.created_at)
    return (
        select(
            User,
            Organisation.trusted,
            Organisation.name,
            has_second_factor(),
            _has_withdrawn_consent(),
            confirmed_at > bindparam("confirmed_after"),
        )
        .select_from(User)
        .join(LoginSession, LoginSession.id == bindparam("session_id"))
        .outerjoin(Organisation, User.organisation_id == Organisation.id)
        .where(User.id == bindparam("user_id"), User.active)
    )


def _has_withdrawn_consent() -> ColumnElement[bool]:
    """Condition on a row of users: they have withdrawn their consent, and given none since."""
    active = aliased(Consent)
    return and_(
        exists().where(Consent.user_id == User.id),
        ~exists().where(active.user_id == User.id, active.withdrawn_at.is_(None)),
    )


def _api_key_principal(database: Database, key: str, address: str) -> Principal:
    prefix = credentials.api_key_prefix(key)
    if prefix is None:
        raise _invalid_credentials()
    # An organisation's keys outlive their creator; a key with the operator role ends with its operator.
    has_valid_creator = or_(ApiKey.role != Role.OPERATOR, and_(User.active, User.role == Role.OPERATOR))
    with database.reading() as session:
        row = session.execute(
            select(ApiKey, Organisation.trusted)
            .join(Organisation, ApiKey.organisation_id == Organisation.id)
            .join(User, ApiKey.created_by == User.id)
            .where(ApiKey.prefix == prefix, ApiKey.revoked_at.is_(None), has_valid_creator)
        ).one_or_none()
        if row is None or not credentials.same_digest(key, row[0].digest):
            raise _invalid_credentials()
        api_key, trusted = row
        if api_key.expires_at is not None and api_key.expires_at <= now():
            raise Unauthenticated(
                "This API key has expired; create a new one.",
                "此 API 密钥已过期，请重新创建。",
                code="api_key_expired",
            )
        is_allowed = is_within(address, api_key.allowed_networks)
        key_id, last_used_at = api_key.id, api_key.last_used_at
        principal = Principal(
            organisation_id=api_key.organisation_id,
            role=Role(api_key.role),
            scopes=frozenset(api_key.scopes),
            api_key_id=api_key.id,
            verified=bool(trusted),
        )
    if not is_allowed:
        _record_refusal(database, key_id, address)
        raise Forbidden(
            "This API key may not be used from this address.",
            "此 API 密钥不允许从该网络地址使用。",
            code="address_not_allowed",
        )
    if last_used_at is None or last_used_at <= now() - _LAST_USED_INTERVAL:
        _record_use(database, prefix, address)
    return principal


def _record_refusal(database: Database, key_id: UUID, address: str) -> None:
    """Report a use from another address, at most once a minute per key, so that nobody floods the audit trail."""
    moment = now()
    due = or_(ApiKey.last_refused_at.is_(None), ApiKey.last_refused_at <= moment - _LAST_USED_INTERVAL)
    with database.unit_of_work(of_faulty_body=True) as session:
        reported = session.execute(
            update(ApiKey)
            .where(ApiKey.id == key_id, due)
            .values(last_refused_at=moment, last_refused_address=address[:64])
            .returning(ApiKey.id)
        )
        if reported.first() is not None:
            emit(session, ApiKeyRefused(subject_id=key_id, address=address[:64]))
    log.warning("api_key_address_refused", api_key_id=str(key_id), address=address)


def _record_use(database: Database, prefix: str, address: str) -> None:
    """Store time and address of use, at most once a minute per key. A busy database must not fail the request."""
    moment = now()
    due = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= moment - _LAST_USED_INTERVAL)
    try:
        with database.unit_of_work() as session:
            session.execute(
                update(ApiKey)
                .where(ApiKey.prefix == prefix, due)
                .values(last_used_at=moment, last_used_address=address[:64])
            )
    except OperationalError as error:
        log.warning("api_key_use_not_recorded", prefix=prefix, error=type(error.orig).__name__)


def _invalid_credentials() -> Unauthenticated:
    return Unauthenticated(
        "The access token or API key is invalid, expired or revoked; please log in again.",
        "访问令牌或 API 密钥无效、已过期或已被吊销，请重新登录。",
        code="invalid_credentials",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )

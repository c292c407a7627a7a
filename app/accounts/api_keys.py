"""API keys of organisations: for programs, limited by scopes, shown only once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts import audit, credentials
from app.accounts.access.api_key_scopes import SCOPES
from app.accounts.access.networks import check_networks
from app.accounts.access.permissions import TABLE, Action, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.accounts.access.proof import require_confirmation
from app.accounts.field_checks import checked, clean_label
from app.accounts.models import ApiKey, Organisation, OrganisationKind, Role
from app.accounts.roles import ROLES_OF_KIND
from app.database import now, one_or_not_found
from app.errors import Conflict, Forbidden, Invalid
from app.errors.collection import Faults
from app.events.catalogue import ApiKeyRefused, CredentialsChanged
from app.events.domain_event import ClaimedEvent
from app.events.outbox import emit
from app.services import Services


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key. `secret` is the key in plain text, which is shown only once."""

    record: ApiKey
    secret: str


def create_api_key(
    session: Session,
    *,
    principal: Principal,
    name: str,
    scopes: Collection[str],
    organisation_id: UUID | None = None,
    expires_at: datetime | None = None,
    allowed_networks: Sequence[str] = (),
) -> IssuedKey:
    """Create a key for the principal's organisation or, as an operator, for any organisation.

    The key acts in the role of its creator; a key that an operator creates for another organisation acts in the first
    role of that organisation's kind.

    Raises:
        Forbidden: the principal is an API key or may not create keys for this organisation.
        Invalid: a scope is unknown or missing, the name is invalid, the expiry is in the past, or a network is none.
    """
    if organisation_id is None:
        organisation_id = principal.organisation_id
    require(principal, Action.API_KEY_CREATE, owner_org_id=organisation_id)
    if principal.user_id is None:
        raise Forbidden("Only users can create API keys.", "只有登录用户可以创建 API 密钥。")
    require_confirmation(principal)
    faults = Faults()
    with faults.collected():
        name = _checked_name(name)
    with faults.collected():
        _check_scopes(scopes)
    with faults.collected():
        _check_expiry(expires_at)
    networks: list[str] = []
    with faults.collected():
        networks = check_networks(allowed_networks, field="allowed_networks")
    with faults.collected():
        _organisation(session, organisation_id)
    faults.raise_if_any()
    organisation = _organisation(session, organisation_id)
    new = credentials.NewApiKey.make()
    key = ApiKey(
        organisation_id=organisation.id,
        name=name,
        role=_role_of_key(principal, organisation),
        prefix=new.prefix,
        digest=credentials.digest(new.key),
        scopes=sorted(set(scopes)),
        created_by=principal.user_id,
        expires_at=expires_at,
        allowed_networks=networks,
    )
    session.add(key)
    session.flush()
    emit(session, CredentialsChanged(subject_id=principal.user_id, change="api_key_created"))
    details = f"sk_{key.prefix}; {' '.join(key.scopes)}"
    audit.record(session, principal, Action.API_KEY_CREATE, key.id, details)
    return IssuedKey(key, new.key)


def reissue_api_key(session: Session, key_id: UUID, *, principal: Principal) -> IssuedKey:
    """Give a key that was never used another secret, the first one having been shown to nobody: a form sent twice
    makes one key, and the second answer is what its reader sees.

    Raises:
        NotFound: the key does not exist or belongs to another organisation.
        Conflict: the key is in use, revoked, or of another user.
        Forbidden: the principal has not shown a password or factor just now.
    """
    require(principal, Action.API_KEY_CREATE, own=True)
    require_confirmation(principal)
    key = one_or_not_found(
        session, api_keys(principal=principal).where(ApiKey.id == key_id).with_for_update()
    )
    if key.last_used_at is not None or key.revoked_at is not None or key.created_by != principal.user_id:
        raise Conflict(
            "This key exists already, and its secret is shown only once. Revoke it and create another one.",
            "该密钥已创建，完整密钥仅显示一次；如未保存，请吊销后重新创建。",
            code="key_exists",
        )
    new = credentials.NewApiKey.make()
    key.prefix, key.digest = new.prefix, credentials.digest(new.key)
    session.flush()
    audit.record(session, principal, Action.API_KEY_CREATE, key.id, f"sk_{key.prefix}; another secret")
    return IssuedKey(key, new.key)


def scopes_for(role: Role) -> tuple[str, ...]:
    """The scopes that permit a key of this role anything."""
    return tuple(
        scope
        for scope, actions in SCOPES.items()
        if any(TABLE[action][role] is not RecordScope.NONE for action in actions)
    )


def _organisation(session: Session, organisation_id: UUID | None) -> Organisation:
    organisation = session.get(Organisation, organisation_id) if organisation_id is not None else None
    if organisation is None:
        raise Invalid.field(
            "organisation_id", "unknown_organisation", "单位不存在", "the organisation does not exist"
        )
    return organisation


def api_keys(*, principal: Principal, organisation_id: UUID | None = None) -> Select[ApiKey]:
    """Query for the keys that the principal may see, including revoked ones."""
    require(principal, Action.API_KEY_READ, own=True)
    query = select(ApiKey)
    if scope_of(principal, Action.API_KEY_READ) is RecordScope.OWN:
        query = query.where(ApiKey.organisation_id == principal.organisation_id)
    if organisation_id is not None:
        query = query.where(ApiKey.organisation_id == organisation_id)
    return query


def revoke_api_key(session: Session, key_id: UUID, *, principal: Principal) -> None:
    """Revoke a key, effective from the next request; revoking it again has no effect.

    Raises:
        NotFound: the key does not exist or belongs to another organisation.
    """
    require(principal, Action.API_KEY_REVOKE, own=True)
    key = one_or_not_found(
        session, api_keys(principal=principal).where(ApiKey.id == key_id).with_for_update()
    )
    require(principal, Action.API_KEY_REVOKE, owner_org_id=key.organisation_id)
    if key.revoked_at is None:
        key.revoked_at = now()
        session.flush()
        audit.record(session, principal, Action.API_KEY_REVOKE, key.id, f"sk_{key.prefix}")


def audit_refused_key(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Record a use of a key from an address from which it may not be used."""
    refused = ApiKeyRefused.of(event)
    key = session.get(ApiKey, refused.subject_id)
    if key is not None:
        who = Principal(api_key_id=key.id, organisation_id=key.organisation_id, role=Role(key.role))
        audit.record(session, who, "api_key.refused", key.id, f"sk_{key.prefix}; address={refused.address}")


def _role_of_key(principal: Principal, organisation: Organisation) -> Role:
    if principal.role is not None and principal.organisation_id == organisation.id:
        return principal.role
    return ROLES_OF_KIND[OrganisationKind(organisation.kind)][0]


def _checked_name(text: str) -> str:
    name: str = checked("name", clean_label, text)
    if not 1 <= len(name) <= 60:
        raise Invalid.field(
            "name", "name_length", "名称应为 1–60 个字符", "the name must have 1 to 60 characters"
        )
    return name


def _check_scopes(scopes: Collection[str]) -> None:
    if not scopes:
        raise Invalid.field("scopes", "scopes_missing", "至少选择一项授权范围", "select at least one scope")
    if unknown := sorted(set(scopes) - SCOPES.keys()):
        raise Invalid.field(
            "scopes",
            "unknown_scope",
            f"授权范围不存在：{'、'.join(unknown)}；可选：{'、'.join(SCOPES)}",
            f"unknown scopes: {', '.join(unknown)}; available: {', '.join(SCOPES)}",
        )


def _check_expiry(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= now():
        raise Invalid.field(
            "expires_at", "in_the_past", "有效期不得早于当前时间", "the expiry must be in the future"
        )

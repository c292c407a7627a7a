"""API keys of organisations: for programs, limited by scopes, shown once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts import audit, credentials
from app.accounts.access.permissions import SCOPES, Action, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.accounts.field_checks import checked, clean_name
from app.accounts.models import ApiKey, Organisation, OrganisationKind, Role
from app.accounts.users import ROLES_OF_KIND
from app.database import now
from app.errors import Forbidden, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """`secret` is the key in clear: on its way to the organisation, this once."""

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
) -> IssuedKey:
    """For the own organisation, or, by the operator, for any. The key acts in its creator's role, and one that the
    operator makes for an organisation in the role of that organisation's kind.

    Raises:
        Invalid: unknown scope, no scope, an end in the past.
    """
    organisation_id = organisation_id or principal.organisation_id
    require(principal, Action.API_KEY_CREATE, owner_org_id=organisation_id)
    if principal.user_id is None:
        raise Forbidden("Only a user creates API keys.", "只有用户可以创建 API 密钥。")
    name = checked("name", clean_name, name)
    _check(name, scopes, expires_at)
    organisation = session.get(Organisation, organisation_id) if organisation_id is not None else None
    if organisation is None:
        raise Invalid.field(
            "organisation_id", "unknown_organisation", "机构不存在", "there is no such organisation"
        )
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
    )
    session.add(key)
    session.flush()
    audit.record(
        session, principal, Action.API_KEY_CREATE, key.id, f"sk_{key.prefix}; {' '.join(key.scopes)}"
    )
    return IssuedKey(key, new.key)


def api_keys(*, principal: Principal, organisation_id: UUID | None = None) -> Select[ApiKey]:
    """Those that the principal may see, the revoked ones included."""
    require(principal, Action.API_KEY_READ, own=True)
    query = select(ApiKey)
    if scope_of(principal, Action.API_KEY_READ) is RecordScope.OWN:
        query = query.where(ApiKey.organisation_id == principal.organisation_id)
    if organisation_id is not None:
        query = query.where(ApiKey.organisation_id == organisation_id)
    return query


def revoke_api_key(session: Session, key_id: UUID, *, principal: Principal) -> None:
    """Holds from the next request on; revoking twice changes nothing.

    Raises:
        NotFound: no such key, or another organisation's.
    """
    require(principal, Action.API_KEY_REVOKE, own=True)
    key = session.scalar(api_keys(principal=principal).where(ApiKey.id == key_id).with_for_update())
    if key is None:
        raise NotFound
    require(principal, Action.API_KEY_REVOKE, owner_org_id=key.organisation_id)
    if key.revoked_at is None:
        key.revoked_at = now()
        session.flush()
        audit.record(session, principal, Action.API_KEY_REVOKE, key.id, f"sk_{key.prefix}")


def _role_of_key(principal: Principal, organisation: Organisation) -> Role:
    if principal.role is not None and principal.organisation_id == organisation.id:
        return principal.role
    return ROLES_OF_KIND[OrganisationKind(organisation.kind)][0]


def _check(name: str, scopes: Collection[str], expires_at: datetime | None) -> None:
    if not 1 <= len(name) <= 60:
        raise Invalid.field("name", "name_length", "名称应为 1–60 个字符", "a name has 1 to 60 characters")
    if not scopes:
        raise Invalid.field("scopes", "scopes_missing", "至少授权一项", "give at least one scope")
    if unknown := sorted(set(scopes) - SCOPES.keys()):
        raise Invalid.field(
            "scopes",
            "unknown_scope",
            f"没有这些授权范围: {', '.join(unknown)};可用: {', '.join(SCOPES)}",
            f"no such scopes: {', '.join(unknown)}; there are: {', '.join(SCOPES)}",
        )
    if expires_at is not None and expires_at <= now():
        raise Invalid.field("expires_at", "in_the_past", "有效期应在将来", "the end must lie in the future")

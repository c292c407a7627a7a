"""An organisation's webhook endpoints: made, changed, rotated, tested, removed. Flushes, never commits."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.conditional_requests import check_if_match
from app.database import now
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.events.messages import MessageKind, enqueue_message
from app.events.outbox import Event
from app.notifications.channels.secrets import SecretBox
from app.notifications.channels.ssrf_guard import is_public
from app.notifications.models import WebhookEndpoint
from app.settings import Settings

MOST_ENDPOINTS = 10
_SECRET_BYTES = 32  # the specification asks for 24 to 64


@dataclass(frozen=True, slots=True)
class Issued:
    """`secret` in clear, on its way to the organisation, this once."""

    endpoint: WebhookEndpoint
    secret: str


@dataclass(frozen=True, slots=True)
class WebhookSecrets:
    """What the service needs to check an address and to keep a secret; made once a process."""

    seal: SecretBox
    allowed_hosts: Sequence[str]
    overlap: timedelta

    @classmethod
    def of(cls, settings: Settings) -> "WebhookSecrets":
        return cls(SecretBox(settings), settings.webhook_allowed_hosts, settings.webhook_secret_overlap)


def create_endpoint(
    session: Session,
    keeper: WebhookSecrets,
    *,
    principal: Principal,
    name: str,
    url: str,
    types: Sequence[str],
    organisation_id: UUID | None = None,
) -> Issued:
    """For the own organisation, or, by the operator, for any.

    Raises:
        Forbidden: the bureau has not verified the organisation; a stranger's word sends no requests anywhere.
        Invalid: the address is not one that the service would send to.
        Conflict: there are enough endpoints.
    """
    organisation_id = organisation_id or principal.organisation_id
    require(principal, Action.WEBHOOK_CREATE, owner_org_id=organisation_id)
    organisation = session.scalar(
        select(Organisation).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    )
    if organisation is None:
        raise Invalid.field(
            "organisation_id", "unknown_organisation", "机构不存在", "there is no such organisation"
        )
    if not organisation.trusted:
        raise Forbidden(
            "Webhooks are for organisations that the bureau has verified.",
            "Webhook 仅供经主管部门核验的单位使用。",
            code="not_verified",
        )
    there = select(func.count()).where(
        WebhookEndpoint.organisation_id == organisation.id, WebhookEndpoint.removed_at.is_(None)
    )
    if (session.scalar(there) or 0) >= MOST_ENDPOINTS:
        raise Conflict(
            f"An organisation has at most {MOST_ENDPOINTS} endpoints; remove one first.",
            f"每个单位至多 {MOST_ENDPOINTS} 个端点,请先删除不用的。",
            code="too_many_endpoints",
        )
    host = checked_host(url, keeper.allowed_hosts)
    secret = new_secret()
    endpoint = WebhookEndpoint(
        organisation_id=organisation.id,
        name=name,
        host=host,
        sealed_url=keeper.seal.close(url),
        types=sorted(set(types)),
        sealed_secret=keeper.seal.close(secret),
        created_by=principal.user_id,
    )
    session.add(endpoint)
    session.flush()
    audit.record(session, principal, Action.WEBHOOK_CREATE, endpoint.id, host)
    return Issued(endpoint, secret)


def endpoints(*, principal: Principal, organisation_id: UUID | None = None) -> Select[WebhookEndpoint]:
    """Those that the principal may see; the removed ones are gone."""
    require(principal, Action.WEBHOOK_READ, own=True)
    query = select(WebhookEndpoint).where(WebhookEndpoint.removed_at.is_(None))
    if scope_of(principal, Action.WEBHOOK_READ) is RecordScope.OWN:
        query = query.where(WebhookEndpoint.organisation_id == principal.organisation_id)
    if organisation_id is not None:
        query = query.where(WebhookEndpoint.organisation_id == organisation_id)
    return query


def get_endpoint(session: Session, endpoint_id: UUID, *, principal: Principal) -> WebhookEndpoint:
    """
    Raises:
        NotFound: there is none, or it is another organisation's.
    """
    endpoint = session.scalar(endpoints(principal=principal).where(WebhookEndpoint.id == endpoint_id))
    if endpoint is None:
        raise NotFound
    return endpoint


def change_endpoint(
    session: Session,
    keeper: WebhookSecrets,
    endpoint_id: UUID,
    *,
    principal: Principal,
    changes: Mapping[str, Any],
    if_match: str | None,
) -> WebhookEndpoint:
    """`changes` may hold name, url, types and enabled. Enabling it also ends a stop for failure."""
    endpoint = _changeable(session, endpoint_id, principal, if_match)
    if "url" in changes:
        endpoint.host = checked_host(changes["url"], keeper.allowed_hosts)
        endpoint.sealed_url = keeper.seal.close(changes["url"])
    if "types" in changes:
        endpoint.types = sorted(set(changes["types"]))
    if "name" in changes:
        endpoint.name = changes["name"]
    if "enabled" in changes:
        endpoint.enabled = changes["enabled"]
        if endpoint.enabled:
            endpoint.disabled_at = endpoint.disabled_reason = endpoint.failing_since = None
    session.flush()
    audit.record(session, principal, Action.WEBHOOK_CHANGE, endpoint.id, " ".join(sorted(changes)))
    return endpoint


def rotate_secret(
    session: Session, keeper: WebhookSecrets, endpoint_id: UUID, *, principal: Principal, if_match: str | None
) -> Issued:
    """A new secret; for the time of the overlap the one before signs along, so that no message is refused meanwhile.

    Of two rotations within that time only the last two secrets count.
    """
    endpoint = _changeable(session, endpoint_id, principal, if_match)
    secret = new_secret()
    endpoint.sealed_previous = endpoint.sealed_secret
    endpoint.previous_until = now() + keeper.overlap
    endpoint.sealed_secret = keeper.seal.close(secret)
    session.flush()
    audit.record(session, principal, Action.WEBHOOK_CHANGE, endpoint.id, "rotate")
    return Issued(endpoint, secret)


def remove_endpoint(
    session: Session, endpoint_id: UUID, *, principal: Principal, if_match: str | None
) -> None:
    """Its log stays; its address and secrets are gone at once."""
    endpoint = _changeable(session, endpoint_id, principal, if_match)
    endpoint.removed_at = now()
    endpoint.enabled = False
    endpoint.sealed_url = endpoint.sealed_secret = ""
    endpoint.sealed_previous = None
    session.flush()
    audit.record(session, principal, Action.WEBHOOK_CHANGE, endpoint.id, "remove")


def test_endpoint(session: Session, endpoint_id: UUID, *, principal: Principal) -> Event:
    """A test message to this endpoint alone, also when it is switched off."""
    endpoint = get_endpoint(session, endpoint_id, principal=principal)
    require(principal, Action.WEBHOOK_CHANGE, owner_org_id=endpoint.organisation_id)
    return enqueue_message(
        session,
        kind=MessageKind.TEST,
        organisation_id=endpoint.organisation_id,
        ids={"address_id": endpoint.id},
    )


def new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def checked_host(url: str, allowed_hosts: Sequence[str]) -> str:
    """The host of an address that the service may send to; whether its name leads inside is seen at each sending.

    Raises:
        Invalid: not HTTPS, with a password or a fragment in it, or an address of an inner network.
    """
    parts = urlsplit(url)
    host, allowed = parts.hostname or "", f"{parts.hostname}:{_port(url)}" in allowed_hosts
    if parts.scheme != "https" and not allowed:
        raise _bad_url("not_https", "应以 https:// 开头", "must begin with https://")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _bad_url(
            "url_parts",
            "不得含用户名、密码或 # 片段; 身份由签名证明",
            "must hold no user name, password or fragment; the signature proves who sends",
        )
    if not allowed and _leads_inside(host):
        raise _bad_url("url_not_public", "应为公网地址", "must be a public address")
    return host


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _leads_inside(host: str) -> bool:
    """What the text itself tells."""
    try:
        return not is_public(ip_address(host))
    except ValueError:
        return "." not in host or host.lower().endswith((".localhost", ".local", ".internal"))


def _bad_url(code: str, zh: str, en: str) -> Invalid:
    return Invalid.field("url", code, zh, en)


def _changeable(
    session: Session, endpoint_id: UUID, principal: Principal, if_match: str | None
) -> WebhookEndpoint:
    query = endpoints(principal=principal).where(WebhookEndpoint.id == endpoint_id)
    endpoint = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if endpoint is None:
        raise NotFound
    require(principal, Action.WEBHOOK_CHANGE, owner_org_id=endpoint.organisation_id)
    check_if_match(if_match, endpoint)
    return endpoint

"""Commands and queries for an organisation's webhook endpoints. Flushes, never commits."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.lookup import referred
from app.conditional_requests import check_if_match
from app.database import now, one_or_not_found
from app.errors import Conflict, Forbidden, Invalid
from app.errors.collection import Faults
from app.events.messages import MessageKind, enqueue_message
from app.events.outbox import Event
from app.notifications.models import WebhookEndpoint
from app.notifications.webhooks.target_urls import validated_host
from app.settings import Settings

MAX_ENDPOINTS = 10
_SECRET_BYTES = 32  # the specification requires 24 to 64


@dataclass(frozen=True, slots=True)
class Issued:
    """An endpoint with its secret in clear text, which is shown to the organisation only once."""

    endpoint: WebhookEndpoint
    secret: str


@dataclass(frozen=True, slots=True)
class WebhookConfig:
    """What the service needs to validate addresses; created once per process.

    `allowed_hosts` are `host:port` that need not be public; `overlap` is how long a replaced secret stays valid.
    """

    allowed_hosts: Sequence[str]
    overlap: timedelta

    @classmethod
    def of(cls, settings: Settings) -> "WebhookConfig":
        return cls(settings.webhook_allowed_hosts, settings.webhook_secret_overlap)


def create_endpoint(
    session: Session,
    config: WebhookConfig,
    *,
    principal: Principal,
    name: str,
    url: str,
    types: Sequence[str],
    organisation_id: UUID | str | None = None,
) -> Issued:
    """Create an endpoint for the principal's organisation or, by an operator, for any organisation.

    Raises:
        Forbidden: the bureau has not verified the organisation; unverified users cannot make the service send requests.
        Invalid: unknown organisation, or an address that the service does not send to.
        Conflict: the organisation has `MAX_ENDPOINTS` endpoints.
    """
    faults = Faults()
    owner, host = principal.organisation_id, ""
    with faults.collected():
        owner = referred(session, organisation_id, principal=principal) or owner
    require(principal, Action.WEBHOOK_CREATE, owner_org_id=owner)
    with faults.collected():
        owner = _lock_organisation(session, owner)
    with faults.collected():
        host = validated_host(url, config.allowed_hosts)
    faults.raise_if_any()
    secret = new_secret()
    endpoint = WebhookEndpoint(
        organisation_id=owner,
        name=name,
        host=host,
        encrypted_url=url,
        types=sorted(set(types)),
        encrypted_secret=secret,
        created_by=principal.user_id,
    )
    session.add(endpoint)
    session.flush()
    audit.record(session, principal, Action.WEBHOOK_CREATE, endpoint.id, host)
    return Issued(endpoint, secret)


def endpoints(*, principal: Principal, organisation_id: UUID | None = None) -> Select[WebhookEndpoint]:
    """The endpoints that the principal may see, without removed ones."""
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
        NotFound: no such endpoint, or it belongs to another organisation.
    """
    endpoint = one_or_not_found(
        session, endpoints(principal=principal).where(WebhookEndpoint.id == endpoint_id)
    )
    return endpoint


def change_endpoint(
    session: Session,
    config: WebhookConfig,
    endpoint_id: UUID,
    *,
    principal: Principal,
    changes: Mapping[str, Any],
    if_match: str | None,
) -> WebhookEndpoint:
    """Apply `changes` to name, url, types and enabled. Enabling also lifts a suspension after failures.

    Raises:
        NotFound, Forbidden, PreconditionRequired, StaleVersion: as for every change.
        Forbidden: the organisation is no longer verified, and the change would have the service send something.
        Invalid: an address that the service does not send to.
    """
    endpoint = _changeable(session, endpoint_id, principal, if_match)
    if "url" in changes or changes.get("enabled"):
        _require_verified(session.get_one(Organisation, endpoint.organisation_id))
    if "url" in changes:
        endpoint.host = validated_host(changes["url"], config.allowed_hosts)
        endpoint.encrypted_url = changes["url"]
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
    session: Session, config: WebhookConfig, endpoint_id: UUID, *, principal: Principal, if_match: str | None
) -> Issued:
    """Issue a new secret. The previous one also signs during the overlap, so that no message is rejected meanwhile.

    After two rotations within the overlap, only the last two secrets sign.
    """
    endpoint = _changeable(session, endpoint_id, principal, if_match)
    secret = new_secret()
    endpoint.encrypted_previous_secret = endpoint.encrypted_secret
    endpoint.previous_until = now() + config.overlap
    endpoint.encrypted_secret = secret
    session.flush()
    audit.record(session, principal, Action.WEBHOOK_CHANGE, endpoint.id, "rotate")
    return Issued(endpoint, secret)


def remove_endpoint(
    session: Session, endpoint_id: UUID, *, principal: Principal, if_match: str | None
) -> None:
    """Remove an endpoint. Its address and secrets are erased at once; its delivery log stays."""
    endpoint = _changeable(session, endpoint_id, principal, if_match)
    endpoint.removed_at = now()
    endpoint.enabled = False
    endpoint.encrypted_url = endpoint.encrypted_secret = ""
    endpoint.encrypted_previous_secret = None
    session.flush()
    audit.record(session, principal, Action.WEBHOOK_CHANGE, endpoint.id, "remove")


def test_endpoint(session: Session, endpoint_id: UUID, *, principal: Principal) -> Event:
    """Send a test message to this endpoint alone, even while it is disabled.

    Raises:
        NotFound, Forbidden: there is no such endpoint, or it is another's.
        Forbidden: the organisation is no longer verified.
    """
    endpoint = get_endpoint(session, endpoint_id, principal=principal)
    require(principal, Action.WEBHOOK_CHANGE, owner_org_id=endpoint.organisation_id)
    _require_verified(session.get_one(Organisation, endpoint.organisation_id))
    return enqueue_message(
        session,
        kind=MessageKind.TEST,
        organisation_id=endpoint.organisation_id,
        ids={"address_id": endpoint.id},
    )


def new_secret() -> str:
    """A random secret in the format of the Standard Webhooks specification."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def _lock_organisation(session: Session, organisation_id: UUID | None) -> UUID:
    """Lock an organisation that may have another endpoint."""
    organisation = session.scalar(
        select(Organisation).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    )
    if organisation is None:
        raise Invalid.field(
            "organisation_id", "unknown_organisation", "单位不存在", "must be an existing organisation"
        )
    _require_verified(organisation)
    count = select(func.count()).where(
        WebhookEndpoint.organisation_id == organisation.id, WebhookEndpoint.removed_at.is_(None)
    )
    if (session.scalar(count) or 0) >= MAX_ENDPOINTS:
        raise Conflict(
            f"An organisation has at most {MAX_ENDPOINTS} endpoints. Remove one first.",
            f"每个单位至多 {MAX_ENDPOINTS} 个端点，请先删除不再使用的端点。",
            code="too_many_endpoints",
        )
    return organisation.id


def _require_verified(organisation: Organisation) -> None:
    if not organisation.trusted:
        raise Forbidden(
            "Only organisations verified by the bureau can use webhooks.",
            "Webhook 仅供经主管部门核验的单位使用。",
            code="not_verified",
        )


def _changeable(
    session: Session, endpoint_id: UUID, principal: Principal, if_match: str | None
) -> WebhookEndpoint:
    query = endpoints(principal=principal).where(WebhookEndpoint.id == endpoint_id)
    endpoint = one_or_not_found(session, query.with_for_update().execution_options(populate_existing=True))
    require(principal, Action.WEBHOOK_CHANGE, owner_org_id=endpoint.organisation_id)
    check_if_match(if_match, endpoint)
    return endpoint

"""Pages of the delivery log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.notifications.delivery import log as service
from app.notifications.models import ChannelKind, Delivery, DeliveryState
from app.notifications.schemas import DeliveryDetails, DeliveryRead
from app.paging import Page, PageRequest, Sort, fetch_page

DELIVERY_STATES: Mapping[str, DeliveryState] = {state.value: state for state in DeliveryState}
"""The states by their codes."""

_NEWEST_FIRST = Sort(Delivery.created_at, datetime, descending=True)


def delivery_page(
    session: Session,
    paging: PageRequest,
    *,
    principal: Principal,
    states: Sequence[DeliveryState] | None = None,
    channel: ChannelKind | None = None,
    address_id: UUID | None = None,
    recipient_id: UUID | None = None,
) -> Page[DeliveryRead]:
    """One page of the deliveries that the principal may see, newest first."""
    query = service.deliveries(
        principal=principal, states=states, channel=channel, address_id=address_id, recipient_id=recipient_id
    )
    rows, next_cursor = fetch_page(session, query, _NEWEST_FIRST, paging)
    kinds = service.kinds_of(session, rows)
    return Page(items=[DeliveryRead.of(row, kinds[row.message_id]) for row in rows], next_cursor=next_cursor)


def delivery_details(session: Session, delivery_id: UUID, *, principal: Principal) -> DeliveryDetails:
    """One delivery with its attempts, oldest first.

    Raises:
        NotFound: no such delivery, or the principal may not see it.
    """
    row = service.get_delivery(session, delivery_id, principal=principal)
    kind = service.kinds_of(session, [row])[row.message_id]
    return DeliveryDetails.with_log(row, kind, service.attempts_of(session, row))

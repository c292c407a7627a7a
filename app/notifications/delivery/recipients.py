"""To whom deliveries go, as the office that looks after them may see it: no mailbox and no address in full."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.links.models import AccountLink
from app.accounts.models import Organisation, User
from app.libraries.visibility.masks import masked_mail
from app.notifications.models import ChannelAddress, ChannelKind, WebhookEndpoint
from app.notifications.schemas import DeliveryRead


def recipients_of(session: Session, deliveries: Sequence[DeliveryRead]) -> Mapping[UUID, str]:
    """Id of each channel or endpoint → where it leads: a masked mailbox, the organisation of a robot's user, or the
    organisation and host of an endpoint.

    Args:
        deliveries: as the principal was shown them; nothing is looked up but what they name.
    """
    ids = {one.address_id for one in deliveries}
    links = select(AccountLink.id, AccountLink.email).where(AccountLink.id.in_(ids))
    found = {id_: masked_mail(email) for id_, email in session.execute(links)}
    channels = (
        select(ChannelAddress.id, ChannelAddress.kind, User.email, Organisation.name)
        .join(User, User.id == ChannelAddress.user_id)
        .outerjoin(Organisation, Organisation.id == User.organisation_id)
    )
    for id_, kind, email, organisation in session.execute(channels.where(ChannelAddress.id.in_(ids))):
        found[id_] = _joined(masked_mail(email) if kind == ChannelKind.MAIL else "", organisation)
    endpoints = select(WebhookEndpoint.id, WebhookEndpoint.host, Organisation.name).join(
        Organisation, Organisation.id == WebhookEndpoint.organisation_id
    )
    for id_, host, organisation in session.execute(endpoints.where(WebhookEndpoint.id.in_(ids))):
        found[id_] = _joined(host, organisation)
    return found


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)

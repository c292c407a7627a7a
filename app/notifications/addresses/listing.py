"""Pages of the list of a user's own channels."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.notifications.addresses import service
from app.notifications.models import ChannelAddress
from app.notifications.schemas import ChannelRead
from app.paging import Page, PageRequest, Sort, list_page

_BY_AGE = Sort(ChannelAddress.created_at, datetime)


def channel_page(session: Session, paging: PageRequest, *, principal: Principal) -> Page[ChannelRead]:
    """One page of the principal's channels, oldest first."""
    return list_page(session, service.channels(principal=principal), _BY_AGE, paging, ChannelRead.of)

"""Request and response schemas of channels, endpoints and deliveries.

No response contains an address or a secret, except for the secret of an endpoint when it is issued.
"""

from app.notifications.schemas.addresses import EndpointName, Url
from app.notifications.schemas.channels import ChannelChange, ChannelNew, ChannelRead
from app.notifications.schemas.deliveries import Asked, AttemptRead, DeliveryDetails, DeliveryRead
from app.notifications.schemas.webhooks import (
    EndpointType,
    WebhookChange,
    WebhookDisabled,
    WebhookIssued,
    WebhookNew,
    WebhookRead,
)

__all__ = [
    "Asked",
    "AttemptRead",
    "ChannelChange",
    "ChannelNew",
    "ChannelRead",
    "DeliveryDetails",
    "DeliveryRead",
    "EndpointName",
    "EndpointType",
    "Url",
    "WebhookChange",
    "WebhookDisabled",
    "WebhookIssued",
    "WebhookNew",
    "WebhookRead",
]

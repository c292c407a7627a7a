"""Outbound channels, one class for each; `build_channels` is the table of them."""

from collections.abc import Mapping

from app.notifications.channels.base import Channel
from app.notifications.channels.chat import ChatChannel
from app.notifications.channels.mail import MailChannel
from app.notifications.channels.webhook import WebhookChannel
from app.notifications.models import ROBOTS, ChannelKind
from app.settings import Settings


def build_channels(settings: Settings) -> Mapping[ChannelKind, Channel]:
    """The channel of each kind. E-mail only where an SMTP server is configured."""
    channels: dict[ChannelKind, Channel] = {
        ChannelKind.WEBHOOK: WebhookChannel(settings),
        **{kind: ChatChannel(kind, settings) for kind in ROBOTS},
    }
    if settings.smtp_host:
        channels[ChannelKind.MAIL] = MailChannel(settings)
    return channels

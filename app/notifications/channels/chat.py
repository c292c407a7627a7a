"""Chat robots of WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书): one JSON post each.

All three reply 200 to a message that they reject, with an error code in the body, so the body decides.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.database import now
from app.notifications.channels.base import (
    SERVICE_NAME,
    OutboundMessage,
    SendResult,
    SendTarget,
    delivered,
    failed,
    refused,
)
from app.notifications.channels.outbound_http import OutboundHttp, Reply, Unreachable
from app.notifications.models import ChannelKind
from app.settings import Settings

# The addresses as the three services show them to users who add a robot to a group.
_ADDRESSES: Mapping[ChannelKind, re.Pattern[str]] = MappingProxyType(
    {
        ChannelKind.WECOM: re.compile(
            r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=(?P<token>[A-Za-z0-9_-]{8,100})"
        ),
        ChannelKind.DINGTALK: re.compile(
            r"https://oapi\.dingtalk\.com/robot/send\?access_token=(?P<token>[A-Za-z0-9]{8,100})"
        ),
        ChannelKind.FEISHU: re.compile(
            r"https://open\.feishu\.cn/open-apis/bot/v2/hook/(?P<token>[A-Za-z0-9_-]{8,100})/?"
        ),
    }
)

_TRY_LATER = frozenset({45009, 45033, 130101, 410100, 9499, 11232, -1})
"""Rate limits and overload: WeCom 45009, 45033 and -1, DingTalk 130101 and 410100, Feishu 9499 and 11232."""


_WECOM_BYTES = 2048
"""WeCom rejects longer texts."""


def robot_token(kind: ChannelKind, address: str) -> str | None:
    """The secret part of a robot's address; None if the address is not one of that service."""
    match = _ADDRESSES[kind].fullmatch(address.strip())
    return match["token"] if match else None


class ChatChannel:
    """The robots of one of the three services."""

    def __init__(self, kind: ChannelKind, settings: Settings) -> None:
        self._kind = kind
        self._settings = settings
        relay = settings.chat_relay
        self._http = OutboundHttp(
            timeout=settings.chat_timeout, allowed=[] if relay is None else [_host_and_port(relay)]
        )

    @property
    def kind(self) -> ChannelKind:
        return self._kind

    @property
    def retry_schedule(self) -> Sequence[timedelta]:
        return self._settings.chat_pauses

    def send(self, message: OutboundMessage, target: SendTarget) -> SendResult:
        if robot_token(self._kind, target.address) is None:
            return refused("robot_address_unknown")
        secret = target.secrets[0] if target.secrets else None
        url, payload = _REQUESTS[self._kind](target.address.strip(), self._text(message), secret)
        body = json.dumps(payload, ensure_ascii=False).encode()
        headers = {"content-type": "application/json; charset=utf-8", "user-agent": "Sanku"}
        try:
            return _result_of(self._http.post(self._relayed(url), body, headers))
        except Unreachable as error:
            return failed(str(error))

    def _text(self, message: OutboundMessage) -> str:
        """Subject and text, and who sends it: a robot has a name of the group's choice. Only the text is cut."""
        subject, text = message.content.subject, message.content.short
        sender = f"—— {SERVICE_NAME} {self._settings.public_url.rstrip('/')}"
        if self._kind is ChannelKind.WECOM:
            text = _cut(text, _WECOM_BYTES - len(f"{subject}\n\n{sender}".encode()))
        return f"{subject}\n{text}\n{sender}"

    def _relayed(self, url: str) -> str:
        """The URL itself, or its path and query at the relay where one is configured."""
        relay = self._settings.chat_relay
        if relay is None:
            return url
        return f"{relay.rstrip('/')}/{url.split('/', 3)[3]}"


Request = tuple[str, dict[str, Any]]
"""URL and JSON body; either may carry a signature."""


def _wecom(url: str, text: str, _secret: str | None) -> Request:
    return url, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(url: str, text: str, secret: str | None) -> Request:
    """Signed in the address: HMAC-SHA-256 with the secret, of the milliseconds and the secret."""
    if secret is not None:
        timestamp = str(round(now().timestamp() * 1000))
        digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
        url += "&" + urlencode({"timestamp": timestamp, "sign": base64.b64encode(digest)})
    return url, {"msgtype": "text", "text": {"content": text}}


def _feishu(url: str, text: str, secret: str | None) -> Request:
    """Signed in the body: HMAC-SHA-256 of an empty text, with the seconds and the secret as its key."""
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret is not None:
        timestamp = str(int(now().timestamp()))
        digest = hmac.digest(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256)
        body = {"timestamp": timestamp, "sign": base64.b64encode(digest).decode(), **body}
    return url, body


_REQUESTS: Mapping[ChannelKind, Callable[[str, str, str | None], Request]] = MappingProxyType(
    {ChannelKind.WECOM: _wecom, ChannelKind.DINGTALK: _dingtalk, ChannelKind.FEISHU: _feishu}
)


def _cut(text: str, max_bytes: int) -> str:
    """The whole lines that fit into `max_bytes` of UTF-8; a single longer line is cut."""
    if len(text.encode()) <= max_bytes:
        return text
    cut = text.encode()[: max_bytes - len("\n…".encode())].decode(errors="ignore")
    whole_lines = cut.rpartition("\n")[0]
    return f"{whole_lines or cut}\n…"


def _result_of(reply: Reply) -> SendResult:
    """Code 0 is success. A reply without a code, as a relay may send, is a temporary failure."""
    if reply.status != 200:
        temporary = reply.status in (408, 425, 429) or reply.status >= 500
        report = failed if temporary else refused
        return report("not_accepted", status=reply.status, excerpt=reply.text)
    code = _code(reply.text)
    if code == 0:
        return delivered(reply.status, reply.text)
    report = failed if code is None or code in _TRY_LATER else refused
    return report(f"robot_answered_{code}", status=reply.status, excerpt=reply.text)


def _code(text: str) -> int | None:
    """The error code in the body: `errcode` of WeCom and DingTalk, `code` of Feishu."""
    try:
        body = json.loads(text)
    except ValueError:
        return None
    code = body.get("errcode", body.get("code")) if isinstance(body, dict) else None
    return code if isinstance(code, int) else None


def _host_and_port(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"

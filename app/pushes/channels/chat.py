"""Chat robots of WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书), by apprise.

apprise answers only yes or no, and takes DingTalk's and WeCom's `200 {"errcode": 93000}` for a yes; so the answer
itself is kept by a stand-in for the `post` that its plugins call, and read here.
"""

import logging
import re
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType, SimpleNamespace
from typing import Any
from urllib.parse import unquote

import requests
from apprise import AppriseAsset, NotifyFormat
from apprise.plugins import dingtalk, feishu, wecombot

from app.pushes.channels.base import EXCERPT, Letter, Outcome, Target, delivered, failed, refused
from app.pushes.channels.models import ChannelKind
from app.settings import Settings

# The addresses as the three services show them to who adds a robot to a group.
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

_TOO_FAST = frozenset({45009, 45033, 130101, 410100, 9499, 11232, -1})
"""Codes that mean "later": WeCom 45009, 45033 and -1, DingTalk 130101 and 410100, Feishu 9499 and 11232."""


def robot_token(kind: ChannelKind, address: str) -> str | None:
    """What in a robot's address is its own; None: this is no address of that service."""
    match = _ADDRESSES[kind].fullmatch(address.strip())
    return match["token"] if match else None


class _DingTalk(dingtalk.NotifyDingTalk):  # type: ignore[no-untyped-call]  # apprise has half its types
    def get_signature(self) -> tuple[str, str]:
        """DingTalk wants it percent-encoded once, which requests does; the plugin's own is encoded twice then."""
        timestamp, signature = super().get_signature()  # type: ignore[no-untyped-call]
        return timestamp, unquote(signature)


class ChatChannel:
    """One of the three services. The robot's address was checked when it was entered, so the host is known."""

    def __init__(self, kind: ChannelKind, settings: Settings) -> None:
        self._kind = kind
        self._settings = settings
        self._asset = AppriseAsset(app_id="Sanku", app_desc="三库", http_redirects=False)
        _keep_answers()

    @property
    def kind(self) -> ChannelKind:
        return self._kind

    @property
    def pauses(self) -> Sequence[timedelta]:
        return self._settings.chat_pauses

    def send(self, letter: Letter, target: Target) -> Outcome:
        token = robot_token(self._kind, target.address)
        if token is None:
            return refused("robot_address_unknown")
        robot = self._robot(token, target.secrets)
        _answers.last = None
        sent = robot.send(
            body=letter.content.short, title=letter.content.subject, body_format=NotifyFormat.TEXT
        )
        answer: requests.Response | None = _answers.last
        if answer is None:
            return failed("not_reached")
        return _told(answer, sent)

    def _robot(self, token: str, secrets: Sequence[str]) -> Any:
        seconds = self._settings.chat_timeout.total_seconds()
        common = {"asset": self._asset, "cto": seconds, "rto": seconds}
        robot: Any
        match self._kind:
            case ChannelKind.WECOM:
                robot = self._relayed(wecombot.NotifyWeComBot)(key=token, **common)
            case ChannelKind.DINGTALK:
                secret = secrets[0] if secrets else None
                robot = self._relayed(_DingTalk)(token=token, secret=secret, **common)
            case _:
                robot = self._relayed(feishu.NotifyFeishu)(token=token, **common)
        return robot

    def _relayed(self, plugin: Any) -> Any:
        """The plugin itself, or one that speaks to the relay with the service's own path."""
        relay = self._settings.chat_relay
        if relay is None:
            return plugin
        path = plugin.notify_url.partition("//")[2].partition("/")[2]
        return type(plugin.__name__, (plugin,), {"notify_url": f"{relay.rstrip('/')}/{path}"})


def _told(answer: requests.Response, sent: bool) -> Outcome:
    """All three answer 200 with a code of their own, 0 for success."""
    excerpt, status = answer.text[:EXCERPT], answer.status_code
    if not sent and status != requests.codes.ok:
        tell = failed if status in (408, 425, 429) or status >= 500 else refused
        return tell("not_accepted", status=status, excerpt=excerpt)
    try:
        body = answer.json()
        code = body.get("errcode", body.get("code"))
    except (ValueError, AttributeError):
        code = None
    if code == 0:
        return delivered(status, excerpt)
    tell = failed if code is None or code in _TOO_FAST else refused
    return tell(f"robot_answered_{code}", status=status, excerpt=excerpt)


# What the plugins of this thread were answered last.
_answers = threading.local()


def _post(*args: Any, **kwargs: Any) -> requests.Response:
    answer = requests.post(*args, **kwargs)  # noqa: S113 — the plugins give the timeout
    _answers.last = answer
    return answer


def _keep_answers() -> None:
    """Let the plugins post through `_post`, and keep apprise's own log, which names tokens, to itself."""
    stand_in = SimpleNamespace(post=_post, codes=requests.codes, RequestException=requests.RequestException)
    for plugin in (wecombot, dingtalk, feishu):
        plugin.requests = stand_in  # type: ignore[attr-defined]
    quiet = logging.getLogger("apprise")
    quiet.propagate = False
    if not quiet.handlers:
        quiet.addHandler(logging.NullHandler())

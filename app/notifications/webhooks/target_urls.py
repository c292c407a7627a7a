"""Target URLs of webhooks: public HTTPS addresses only."""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from app.errors import Invalid
from app.notifications.channels.ssrf_guard import is_public

_INTERNAL = (
    *(".localhost", ".local", ".internal", ".intranet", ".private", ".corp", ".lan", ".home", ".home.arpa"),
    *(".test", ".invalid"),
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_LONGEST_NAME = 253


def validated_host(url: str, allowed_hosts: Sequence[str]) -> str:
    """The host of a URL that the service may send to. What the name resolves to is checked at each attempt.

    Raises:
        Invalid: the URL is not HTTPS, contains a password or a fragment, or is not public.
    """
    parts = urlsplit(url)
    host, allowed = parts.hostname or "", f"{parts.hostname}:{_port(url)}" in allowed_hosts
    if parts.scheme != "https" and not allowed:
        raise _bad_url("not_https", "应以 https:// 开头", "must start with https://")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _bad_url(
            "url_parts",
            "不得含用户名、密码或 # 片段；发送方身份由签名证明",
            "must not contain a user name, password or fragment; the signature identifies the sender",
        )
    if not allowed and _port(url) != 443 and _port(url) < 1024:
        raise _bad_url("url_port", "端口应为 443 或 1024 以上", "must have the port 443, or one from 1024")
    if not allowed and _is_internal(host.rstrip(".")):
        raise _bad_url("url_not_public", "应为公网地址", "must be a public address")
    if not allowed and not _is_host(host):
        raise _bad_url("url_host", f"主机名 {host} 不是有效的域名", f"the host {host} is not a valid name")
    return host


def _port(url: str) -> int:
    parts = urlsplit(url)
    return (443 if parts.scheme == "https" else 80) if parts.port is None else parts.port


def _is_internal(host: str) -> bool:
    """Whether the host is internal as far as its text shows; nothing is resolved."""
    try:
        return not is_public(ip_address(host))
    except ValueError:
        return "." not in host or host.lower().endswith(_INTERNAL)


def _is_host(host: str) -> bool:
    """Whether it is an address, or a name that can be registered: labels of letters, digits and inner hyphens."""
    try:
        ip_address(host)
    except ValueError:
        labels = host.removesuffix(".").split(".")
        return len(host) <= _LONGEST_NAME and all(_LABEL.fullmatch(label) for label in labels)
    return True


def _bad_url(code: str, zh: str, en: str) -> Invalid:
    return Invalid.field("url", code, zh, en)

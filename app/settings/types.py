"""Types that several groups of settings share."""

import re
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_network
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

_HOST = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_UNITS = {"s": 1, "m": 60, "h": 3600}


class MailSecurity(StrEnum):
    """How the connection to the mail server is secured: not at all, from the first byte, or after STARTTLS."""

    NONE = "none"
    TLS = "tls"
    STARTTLS = "starttls"


def _split(value: Any) -> Any:
    """A list in one variable: `a, b`."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _never_shrinking(pauses: list[timedelta]) -> list[timedelta]:
    if any(pause < timedelta() for pause in pauses) or any(a > b for a, b in pairwise(pauses)):
        raise ValueError("pauses must not be negative and not shrink (重试间隔不得为负，且应逐次不减)")
    return pauses


def _networks(names: list[str]) -> list[str]:
    for name in names:
        try:
            ip_network(name)
        except ValueError as error:
            raise ValueError(
                f"{name[:40]} is no address or network such as 10.1.0.0/16 (不是网络地址或网段)"
            ) from error
    return names


def _hosts(names: list[str]) -> list[str]:
    for name in names:
        if not _HOST.fullmatch(name):
            raise ValueError(
                f"{name[:40]} is no host:port; write 127.0.0.1:8080,hooks.test:8443, without brackets and quotes "
                "(不是“主机:端口”；请写作 127.0.0.1:8080,hooks.test:8443，不加方括号和引号)"
            )
    return names


Pauses = Annotated[list[timedelta], NoDecode, BeforeValidator(_split), AfterValidator(_never_shrinking)]
Names = Annotated[list[str], NoDecode, BeforeValidator(_split)]
Networks = Annotated[list[str], NoDecode, BeforeValidator(_split), AfterValidator(_networks)]
"""Addresses and networks in CIDR notation."""
Hosts = Annotated[list[str], NoDecode, BeforeValidator(_split), AfterValidator(_hosts)]
"""Names or addresses of hosts, each with its port."""


def pauses(*texts: tuple[int, str]) -> list[timedelta]:
    """`pauses((5, "s"), (1, "h"))`; units are s, m and h."""
    return [timedelta(seconds=number * _UNITS[unit]) for number, unit in texts]

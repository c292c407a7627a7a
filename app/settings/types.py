"""Types that several groups of settings share."""

from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_network
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

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


Pauses = Annotated[list[timedelta], NoDecode, BeforeValidator(_split), AfterValidator(_never_shrinking)]
Names = Annotated[list[str], NoDecode, BeforeValidator(_split)]
Networks = Annotated[list[str], NoDecode, BeforeValidator(_split), AfterValidator(_networks)]
"""Addresses and networks in CIDR notation."""


def pauses(*texts: tuple[int, str]) -> list[timedelta]:
    """`pauses((5, "s"), (1, "h"))`; units are s, m and h."""
    return [timedelta(seconds=number * _UNITS[unit]) for number, unit in texts]

"""SSRF guard: connections to addresses supplied by users reach public hosts only, and hosts allowed by a setting.

A name is resolved once, all its addresses must be public, and the connection goes to one of exactly these addresses,
so a name that resolves differently a moment later (DNS rebinding) gains nothing.
"""

import socket
import ssl
import time
from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore

Address = IPv4Address | IPv6Address

_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""RFC 6052 and RFC 8215: the last 32 bits are an IPv4 address, which a translator extracts."""

_COMPATIBLE = IPv6Network("::/96")
"""RFC 4291 2.5.5.1, deprecated: the last 32 bits are an IPv4 address."""


_ALSO_INTERNAL = (IPv4Network("192.0.0.0/24"), IPv6Network("fec0::/10"))
"""IETF protocol assignments (RFC 6890) and deprecated site-local addresses (RFC 3879). Some versions of Python cover
only a part of them."""


class AddressRefused(Exception):
    """The connection is not allowed: the name resolves to an internal address, or to none."""


def is_public(address: Address) -> bool:
    """Whether the address is globally reachable, and so is every IPv4 address embedded in it (mapped, 6to4, Teredo,
    NAT64).

    Source: the IANA special-purpose address registries, as implemented by `ipaddress`.
    """
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if any(address in network for network in _ALSO_INTERNAL):
        return False
    return address.version == 4 or all(map(is_public, _embedded(address)))


def _embedded(address: IPv6Address) -> Iterable[IPv4Address]:
    """The IPv4 addresses to which a translator or tunnel would forward a packet for this address."""
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if any(address in network for network in (*_NAT64, _COMPATIBLE)):
        yield IPv4Address(int(address) & 0xFFFF_FFFF)


def resolve(host: str, port: int, *, allowed: Collection[str] = ()) -> list[Address]:
    """All addresses of the host, in the resolver's order. `allowed` lists `host:port` that need not be public.

    Raises:
        AddressRefused: the host has no address, or one that is not public.
    """
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefused("the host name cannot be resolved") from error
    # A zone (fe80::1%eth0) names an interface of this machine.
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in entries]
    if not addresses:
        raise AddressRefused("the host name has no address")
    if f"{host}:{port}" not in allowed and not all(map(is_public, addresses)):
        raise AddressRefused("the host name resolves to an address that is not public")
    return list(dict.fromkeys(addresses))


class _Timed(httpcore.NetworkStream):
    """A stream with an absolute deadline, so that a receiver that sends a byte now and then cannot block a worker."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def _left(self, timeout: float | None, error: type[Exception]) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise error("the exchange exceeded its deadline")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._left(timeout, httpcore.ConnectTimeout)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class GuardedNetwork(httpcore.NetworkBackend):
    """Connects to checked addresses only, until the deadline. Used for one exchange; `seconds` bounds its duration."""

    def __init__(self, *, allowed: Collection[str], seconds: float) -> None:
        self._allowed = allowed
        self._deadline = time.monotonic() + seconds
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """
        Raises:
            AddressRefused: see `resolve`.
            httpcore.ConnectError: no address accepts the connection.
            httpcore.ConnectTimeout: the deadline has passed.
        """
        failure: Exception = httpcore.ConnectError("no address")
        for address in resolve(host, port, allowed=self._allowed):
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise httpcore.ConnectTimeout("the exchange exceeded its deadline")
            try:
                stream = self._inner.connect_tcp(
                    str(address),
                    port,
                    timeout=min(left, timeout or left),
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            return _Timed(stream, self._deadline)
        raise failure

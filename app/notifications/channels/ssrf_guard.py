"""Which addresses the service may talk to on a stranger's word (SSRF): public ones, and those named in a setting.

A name is resolved once, every address it leads to must be public, and the connection goes to one of just those: a
name that answers otherwise the next moment (DNS rebinding) gains nothing.
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
"""RFC 6052 and RFC 8215: an IPv4 address in the last 32 bits, which a translator unpacks."""

_COMPATIBLE = IPv6Network("::/96")
"""RFC 4291 2.5.5.1, deprecated: an IPv4 address in the last 32 bits."""


_ALSO_INSIDE = (IPv4Network("192.0.0.0/24"), IPv6Network("fec0::/10"))
"""IETF protocol assignments (RFC 6890) and the old site-local addresses (RFC 3879), of which some versions of Python
know only a part."""


class AddressRefused(Exception):
    """The service does not connect there: the name leads to an address inside, or to none."""


def is_public(address: Address) -> bool:
    """Whether it is an address of the open network, also when it is wrapped into another (mapped, 6to4, Teredo, NAT64).

    After the IANA special-purpose registries, as `ipaddress` knows them.
    """
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if any(address in network for network in _ALSO_INSIDE):
        return False
    return address.version == 4 or all(map(is_public, _inside(address)))


def _inside(address: IPv6Address) -> Iterable[IPv4Address]:
    """The IPv4 addresses to which a translator or tunnel would hand a packet for this one."""
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if any(address in network for network in (*_NAT64, _COMPATIBLE)):
        yield IPv4Address(int(address) & 0xFFFF_FFFF)


def resolve(host: str, port: int, *, allowed: Collection[str] = ()) -> list[Address]:
    """Every address of the host, in the resolver's order. `allowed` are `host:port` that need not be public.

    Raises:
        Refused: there is none, or one of them is not public.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefused("the host name cannot be resolved") from error
    # A zone (fe80::1%eth0) names an interface of this machine.
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses:
        raise AddressRefused("the host name leads to no address")
    if f"{host}:{port}" not in allowed and not all(map(is_public, addresses)):
        raise AddressRefused("the host name leads to an address that is not public")
    return list(dict.fromkeys(addresses))


class _Timed(httpcore.NetworkStream):
    """A stream that ends at a given moment: a receiver that sends one byte now and then cannot hold a worker."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def _left(self, timeout: float | None, error: type[Exception]) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise error("the whole exchange took too long")
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
    """Connects to checked addresses only, and only until the deadline. One for each exchange."""

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
            Refused: see `resolve`.
            httpcore.ConnectError: none of the addresses answers.
        """
        failure: Exception = httpcore.ConnectError("no address")
        for address in resolve(host, port, allowed=self._allowed):
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise httpcore.ConnectTimeout("the whole exchange took too long")
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

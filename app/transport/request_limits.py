"""General limits on requests per minute: of one address, of one user or API key, and of one organisation.

They bound what one caller takes from others, whatever they ask for; slow work has narrower limits of its own. Each
process counts its own requests.
"""

import time
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Network, ip_address

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import TooManyRequests
from app.services import services_of
from app.transport.early_retries import EarlyRetries
from app.transport.request_counts import SlidingMinute

CODE = "too_many_requests"
"""The code of a refusal by these limits."""
NOT_COUNTED = ("/static/", "/healthz", "/readyz", "/metrics")
"""What orchestrators and monitors ask whatever the load, and files of pages, which browsers keep."""

_COUNTED = "caller_counted"


def network_of(address: str) -> str:
    """The address as it is counted: of IPv6 the first 64 bits, which one subscriber has to themselves."""
    try:
        known = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(known, IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(IPv6Network((known.packed[:8] + bytes(8), 64)))


def credentials_of(request: Request) -> str:
    """What the request shows of who sends it: a browser has cookies alone."""
    names = ("Authorization", "X-API-Key", "Cookie")
    return " ".join(request.headers.get(name, "") for name in names)


class RequestLimits:
    """Counts requests in a sliding minute; 0 stands for no limit. Thread-safe.

    A refusal depends on nothing but the number of requests: it comes before anybody looks up what was asked for, and
    names no numbers of others. Each kind has a memory of its own: many addresses push no caller out.

    Args:
        clock: seconds from any start.
    """

    def __init__(
        self,
        *,
        per_caller: int,
        per_organisation: int,
        per_address: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = {"caller": per_caller, "organisation": per_organisation, "address": per_address}
        self._minutes = {
            kind: SlidingMinute(max(1, limit), clock=clock) for kind, limit in self._limits.items()
        }
        self._refused = EarlyRetries()

    def count_address(self, request: Request) -> None:
        """Count a request by its address, before its credentials are looked up.

        Raises:
            TooManyRequests: the address has no request left, or these credentials were refused a moment ago.
        """
        self._count("address", network_of(request.client.host if request.client else "unknown"))
        if credentials := credentials_of(request).strip():
            self._refused.check(credentials)

    def count_caller(self, request: Request, *, caller: str, organisation: str | None) -> None:
        """Count a request once by the user or API key that sends it, and by their organisation. What is refused counts
        for neither.

        Raises:
            TooManyRequests: one of them has no request left; Retry-After is in seconds.
        """
        state = request.scope.setdefault("state", {})
        if state.get(_COUNTED):
            return
        state[_COUNTED] = True
        try:
            self._count("caller", caller)
            if organisation is not None:
                self._count_organisation(organisation, caller)
        except TooManyRequests as refusal:
            self._refused.remember(credentials_of(request).strip(), refusal)
            raise

    def _count_organisation(self, organisation: str, caller: str) -> None:
        try:
            self._count("organisation", organisation)
        except TooManyRequests:
            self._minutes["caller"].take_back(caller)
            raise

    def _count(self, kind: str, key: str) -> None:
        amount = self._limits[kind]
        if not amount:
            return
        wait = self._minutes[kind].count(key)
        if not wait:
            return
        en, zh = _WHOSE[kind]
        raise TooManyRequests(
            f"{en} sent more than {amount} requests in a minute; try again in {wait} seconds.",
            f"{zh}每分钟的请求超过 {amount} 次，请 {wait} 秒后再试。",
            code=CODE,
            headers={"Retry-After": str(wait)},
        )


_WHOSE = {
    "caller": ("Your account or API key", "您的账号或 API 密钥"),
    "organisation": ("Your organisation", "贵单位"),
    "address": ("Your network address", "您所在的网络地址"),
}


class LimitRequests:
    """Middleware: counts every request by its address, and refuses what is too much before anything is looked up.

    Args:
        refuse: answers a request that is refused.
    """

    def __init__(self, app: ASGIApp, *, refuse: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self.app = app
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(NOT_COUNTED):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            services_of(request)[RequestLimits].count_address(request)
        except TooManyRequests as refusal:
            response = await self.refuse(request, refusal)
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)

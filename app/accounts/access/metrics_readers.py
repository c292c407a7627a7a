"""Who reads the metrics: what shows their token, or asks from one of their networks."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Self

from fastapi import Request

from app.accounts.access.networks import is_within
from app.errors import Forbidden
from app.settings import Settings

_READ_BY_SERVER = "x-forwarded-for"
_FORWARDED = (_READ_BY_SERVER, "forwarded", "x-real-ip")


@dataclass(frozen=True, slots=True)
class MetricsReaders:
    """Without a token the address decides: networks in CIDR notation, none of which stands for nobody.

    Attributes:
        behind_proxies: proxies are named, so that the address of a request with `X-Forwarded-For`, the one header
            that the server reads, is its client's. Any other forwarded request has the address of some proxy, which
            says nothing.
    """

    networks: Collection[str]
    token: str | None = field(default=None, repr=False)
    behind_proxies: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Self:
        token = settings.metrics_token
        return cls(
            settings.metrics_networks,
            None if token is None else token.get_secret_value(),
            bool(settings.trusted_proxies),
        )

    def check(self, request: Request) -> None:
        """
        Raises:
            Forbidden: the request has neither the token nor an address of these networks.
        """
        if not (self._has_token(request) or self._is_near(request)):
            raise Forbidden(
                "Metrics need SANKU_METRICS_TOKEN as a bearer token, or an address in SANKU_METRICS_NETWORKS.",
                "读取指标须携带 SANKU_METRICS_TOKEN(Authorization: Bearer)，或来自 SANKU_METRICS_NETWORKS 所列网络。",
            )

    def _has_token(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return self.token is not None and hmac.compare_digest(given.encode(), self.token.encode())

    def _is_near(self, request: Request) -> bool:
        is_forwarded = any(name in request.headers for name in _FORWARDED)
        is_clients = self.behind_proxies and _READ_BY_SERVER in request.headers
        if request.client is None or not self.networks or (is_forwarded and not is_clients):
            return False
        return is_within(request.client.host, self.networks)

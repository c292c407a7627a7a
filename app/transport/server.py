"""The HTTP server, the same for `sanku serve` and `sanku demo`."""

from ipaddress import ip_address

import uvicorn
from fastapi import FastAPI

from app.settings import Settings
from app.transport.slow_clients import ImpatientProtocol


def server_for(app: FastAPI, settings: Settings) -> uvicorn.Server:
    """A server that has not started. It believes `X-Forwarded-For` only from `SANKU_TRUSTED_PROXIES`."""
    config = uvicorn.Config(
        app,
        http=ImpatientProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
    )
    return uvicorn.Server(config)


def refuse_public_demo(settings: Settings, host: str) -> None:
    """A demonstration on an address that others reach needs a signing key of its own: everybody knows the fixed one.

    Raises:
        RuntimeError: the fixed key would be used on such an address.
    """
    if settings.uses_demo_key and not _is_loopback(host):
        raise RuntimeError(
            f"the demonstration's signing key is public, so it is not used on {host}: listen on 127.0.0.1, or set "
            f"SANKU_SECRET_KEY (演示用签名密钥是公开的，不得用于 {host}:请监听 127.0.0.1，或设置 SANKU_SECRET_KEY)"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

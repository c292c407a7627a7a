"""Security headers of every answer, and no storing of answers that do not permit it themselves."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.services import services_of
from app.settings import Settings

HEADERS = {
    # Data is no document: should a browser show it as one, it may load and run nothing, in no frame.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
YEAR = 31_536_000
_STORABLE = "/static/"


class AnswerHeaders:
    """Middleware: adds what an answer has not set itself, also to refusals.

    `Cache-Control: no-store` keeps answers out of the caches of proxies and shared computers: nearly all of them depend
    on who asks. `Strict-Transport-Security` is sent where readers reach the service by https.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_https = services_of(Request(scope))[Settings].public_url.startswith("https://")
        is_storable = scope["path"].startswith(_STORABLE)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not is_storable:
                    headers.setdefault("Cache-Control", "no-store")
                if is_https:
                    headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
            await send(message)

        await self.app(scope, receive, send_with_headers)

"""Security of pages: headers with a strict content policy, and the origin check that stands in for CSRF tokens."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Forbidden
from app.services import services_of
from app.settings import Settings

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Programs call these with credentials of their own; a browser sends none of them by itself.
_NOT_PAGES = ("/v1/", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics", "/static/")
# A mail program sends this one for its reader (RFC 8058); the token in the address stands for the reader.
_WITHOUT_ORIGIN = frozenset({"/channels/unsubscribe"})


def is_page(path: str) -> bool:
    """Whether the path belongs to the pages, not to the API or what is beside it."""
    return not path.startswith(_NOT_PAGES)


def is_https(settings: Settings) -> bool:
    """Whether readers reach the service by https, so that cookies may be limited to it."""
    return settings.public_url.startswith("https://")


def security_headers(settings: Settings) -> dict[str, str]:
    """The headers of every page."""
    upgrade = "; upgrade-insecure-requests" if is_https(settings) else ""
    return {
        "Content-Security-Policy": CONTENT_POLICY + upgrade,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def comes_from_here(headers: Headers, settings: Settings) -> bool:
    """Whether a browser sent the request from a page of this service, or no browser sent it.

    `Sec-Fetch-Site` decides. Over plain http outside localhost browsers leave it out; then `Origin` must be this
    service's public address or the address asked for.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return False
    public = urlsplit(settings.public_url)
    own = {
        f"{public.scheme}://{public.netloc}",
        f"http://{headers.get('host')}",
        f"https://{headers.get('host')}",
    }
    return origin in own


class PageSecurity:
    """Middleware: sets the security headers of pages, and refuses changes that another site asks for."""

    def __init__(self, app: ASGIApp, *, refuse: Callable[[Request, Forbidden], Awaitable[Response]]) -> None:
        self.app = app
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_page(scope["path"]):
            await self.app(scope, receive, send)
            return
        settings = services_of(Request(scope))[Settings]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in security_headers(settings).items():
                    headers.setdefault(name, value)
            await send(message)

        is_change = scope["method"] not in SAFE_METHODS and scope["path"] not in _WITHOUT_ORIGIN
        if is_change and not comes_from_here(Headers(scope=scope), settings):
            response = await self.refuse(Request(scope, receive), foreign_origin())
            await response(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)


def foreign_origin() -> Forbidden:
    """The refusal of a change that another site asks for."""
    return Forbidden(
        "This form was sent from another site, so nothing was changed. Open the page here and send it again.",
        "该表单来自其他网站，未作任何修改。请在本站打开页面后重新提交。",
        code="foreign_origin",
    )

"""Static files under names that hold their digest, so that a browser may keep them and never has an old one."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.errors import NotFound

log = structlog.get_logger(__name__)

PREFIX = "/static/web"
FOLDER = Path(__file__).parent / "static"
VENDOR = FOLDER / "vendor"

# Joined in this order: later rules win.
BUNDLES = MappingProxyType(
    {
        "site.css": (
            "css/tokens.css",
            "css/ground.css",
            "css/shell.css",
            "css/pieces.css",
            "css/tables.css",
            "css/forms.css",
            "css/match.css",
            "css/charts.css",
            "css/public.css",
            "css/desk.css",
            "css/manager.css",
            "css/engagements.css",
            "css/contracts.css",
            "css/organisation.css",
            "css/bureau.css",
            "css/print.css",
        ),
        # `ime.js` first: it must hear a key before anything else does.
        "site.js": (
            "js/ime.js",
            "js/keys.js",
            "js/autosave.js",
            "js/dialog.js",
            "js/copy.js",
            "js/resume.js",
            "js/live.js",
        ),
        "network.js": ("js/network.js",),
        "passkeys.js": ("js/passkeys.js",),
        "wall.css": ("css/wall.css",),
    }
)
SINGLE = ("image/favicon.svg",)
PACKAGES = ("htmx.min.js", "hx-sse.min.js", "echarts.min.js", "icons.svg")
"""Files of npm packages, which `make setup` puts into the folder `static/vendor`."""

_TYPES = {".js": "text/javascript", ".svg": "image/svg+xml", ".css": "text/css"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file's content, as it is and compressed, and the address that holds its digest."""

    address: str
    media_type: str
    content: bytes
    compressed: bytes


@cache
def static_files() -> MappingProxyType[str, StaticFile]:
    """All files by their plain names: bundles, single files and those of npm packages that are there."""
    found: dict[str, StaticFile] = {}
    for bundle, parts in BUNDLES.items():
        present = [FOLDER / part for part in parts if (FOLDER / part).exists()]
        if present:
            found[bundle] = _file(bundle, b"\n".join(path.read_bytes() for path in present))
    for name in SINGLE:
        found[Path(name).name] = _file(Path(name).name, (FOLDER / name).read_bytes())
    missing = []
    for name in PACKAGES:
        if (VENDOR / name).exists():
            found[name] = _file(name, (VENDOR / name).read_bytes())
        else:
            missing.append(name)
    if missing:
        log.warning(
            "web_packages_missing",
            files=missing,
            effect="pages work without scripts and icons",
            remedy="make setup",
        )
    return MappingProxyType(found)


def address_of(name: str) -> str | None:
    """The address of a file; None if its npm package is not installed.

    Raises:
        KeyError: there is no such file.
    """
    files = static_files()
    if name in files:
        return files[name].address
    if name in PACKAGES:
        return None
    raise KeyError(name)


class StaticFileApp:
    """Answers GET for the addresses of `static_files`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        name = path.rpartition("/")[2]
        plain = name.partition(".")[0] + "." + name.split(".", 2)[2] if name.count(".") >= 2 else name
        file = static_files().get(plain)
        if file is None or not file.address.endswith(f"/{name}"):
            raise NotFound
        await _answer(file, Request(scope))(scope, receive, send)


def _answer(file: StaticFile, request: Request) -> Response:
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            file.compressed, headers=headers | {"Content-Encoding": "gzip"}, media_type=file.media_type
        )
    return Response(file.content, headers=headers, media_type=file.media_type)


def _file(name: str, content: bytes) -> StaticFile:
    """`site.css` is served as `site.<digest>.css`."""
    stem, _, rest = name.partition(".")
    digest = hashlib.sha256(content).hexdigest()[:12]
    suffix = Path(name).suffix
    media_type = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
    return StaticFile(
        f"{PREFIX}/{stem}.{digest}.{rest}", media_type, content, gzip.compress(content, mtime=0)
    )

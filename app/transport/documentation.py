"""The documentation page of the API, `/docs`, with a content policy of its own."""

import hashlib
import re
from base64 import b64encode
from pathlib import Path

import fastapi_swagger.resources as swagger_ui
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

_FILES = "/static/swagger-ui"


def add_documentation_page(app: FastAPI) -> None:
    """Add the page and its files, which come with a package: nothing is loaded from other hosts."""
    app.mount(_FILES, StaticFiles(directory=Path(str(swagger_ui.__file__)).parent), "swagger-ui")

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url=str(app.openapi_url),
            title="Sanku 三库 API",
            swagger_js_url=f"{_FILES}/swagger-ui-bundle.js",
            swagger_css_url=f"{_FILES}/swagger-ui.css",
            swagger_favicon_url=f"{_FILES}/favicon-32x32.png",
        )
        page.headers["Content-Security-Policy"] = _policy(bytes(page.body).decode())
        return page


def _policy(html: str) -> str:
    """Only the page's own inline script runs. Swagger UI sets styles of elements, and its icons are data addresses."""
    scripts = " ".join(
        f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    )
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )

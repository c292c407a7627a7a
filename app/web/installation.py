"""Puts the pages into the application: routes, static files and middleware."""

from fastapi import FastAPI, Request, Response

from app.web.account.routers import ROUTERS as ACCOUNT
from app.web.bureau.routers import ROUTERS as BUREAU
from app.web.contracts.routers import ROUTERS as CONTRACTS
from app.web.desk.routers import ROUTERS as DESK
from app.web.display import DisplaySwitch
from app.web.engagements.routers import ROUTERS as ENGAGEMENTS
from app.web.manager.routers import ROUTERS as MANAGER
from app.web.page import NotPressed
from app.web.problems import error_page
from app.web.public.routers import ROUTERS as PUBLIC
from app.web.security import PageSecurity
from app.web.static_files import PREFIX, StaticFileApp

ROUTERS = (*PUBLIC, *ACCOUNT, *DESK, *MANAGER, *ENGAGEMENTS, *CONTRACTS, *BUREAU)
"""The routers of all areas, in the order in which paths are matched."""


async def _lead_back(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NotPressed)
    return error.answer


def install_pages(app: FastAPI) -> None:
    """Add the pages to the application. Its error handlers must answer pages by `problems.answer_error`."""
    app.add_middleware(DisplaySwitch)
    app.add_middleware(PageSecurity, refuse=error_page)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    app.add_exception_handler(NotPressed, _lead_back)
    app.mount(PREFIX, StaticFileApp(), "web-static")

"""The routers of this area, in the order in which paths are matched."""

from fastapi import APIRouter

from app.web.desk.exports import router as exports
from app.web.desk.home import router as home
from app.web.desk.imports.changes import router as import_changes
from app.web.desk.imports.commands import router as import_commands
from app.web.desk.imports.pages import router as imports
from app.web.desk.matches.managers import router as managers
from app.web.desk.matches.match_pages import router as matches
from app.web.desk.matches.wanted import router as wanted
from app.web.desk.news import router as news
from app.web.desk.organisation.routers import ROUTERS as ORGANISATION
from app.web.desk.records.check import router as check
from app.web.desk.records.form_pages import router as form_pages
from app.web.desk.records.listing import router as listing
from app.web.desk.records.record import router as record
from app.web.desk.records.suggestions import router as suggestions

# `…/new` before `…/{number}`.
ROUTERS: tuple[APIRouter, ...] = (
    home,
    listing,
    form_pages,
    check,
    record,
    matches,
    managers,
    wanted,
    news,
    *ORGANISATION,
    imports,
    exports,
    suggestions,
    import_commands,
    import_changes,
)

"""The routers of this area, in the order in which paths are matched."""

from fastapi import APIRouter

from app.web.contracts.changes import router as changes
from app.web.contracts.commands import router as commands
from app.web.contracts.documents import router as documents
from app.web.contracts.drafts import router as drafts
from app.web.contracts.listing import router as listing

ROUTERS: tuple[APIRouter, ...] = (drafts, listing, commands, changes, documents)

"""The routers of this area, in the order in which paths are matched."""

from fastapi import APIRouter

from app.web.engagements.commands import router as commands
from app.web.engagements.listing import router as listing
from app.web.engagements.work import router as work

ROUTERS: tuple[APIRouter, ...] = (listing, commands, work)

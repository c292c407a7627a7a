"""The routers of this area, in the order in which paths are matched."""

from fastapi import APIRouter

from app.web.manager.inbox import router as inbox
from app.web.manager.push import router as push

ROUTERS: tuple[APIRouter, ...] = (inbox, push)

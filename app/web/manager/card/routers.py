"""The routers of cards."""

from fastapi import APIRouter

from app.web.manager.card.profile import router as profile
from app.web.manager.card.transitions import router as transitions

ROUTERS: tuple[APIRouter, ...] = (profile, transitions)

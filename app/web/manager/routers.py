"""The routers of this area, in the order in which paths are matched."""

from fastapi import APIRouter

from app.web.manager.board import router as board
from app.web.manager.card.routers import ROUTERS as CARD
from app.web.manager.inbox import router as inbox
from app.web.manager.preferences import router as preferences
from app.web.manager.push import router as push
from app.web.manager.recognition.routers import ROUTERS as RECOGNITION
from app.web.manager.tasks import router as tasks

ROUTERS: tuple[APIRouter, ...] = (inbox, push, board, tasks, preferences, *CARD, *RECOGNITION)

"""The routers of this area, in the order in which paths are matched."""

from fastapi import APIRouter

from app.web.contracts.pages import router as pages

ROUTERS: tuple[APIRouter, ...] = (pages,)

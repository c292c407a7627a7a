"""The routers of this area, in the order in which paths are matched."""

from fastapi import APIRouter

from app.web.public.home import router as home

ROUTERS: tuple[APIRouter, ...] = (home,)

"""The routers of this area, in the order in which paths are matched."""

from fastapi import APIRouter

from app.web.account.login import router as login

ROUTERS: tuple[APIRouter, ...] = (login,)

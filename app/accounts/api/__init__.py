"""The router of accounts."""

from fastapi import APIRouter

from app.accounts.api import api_keys, audit, organisations, sessions, users

router = APIRouter()
for part in (sessions, organisations, users, api_keys, audit):
    router.include_router(part.router)

__all__ = ["router"]

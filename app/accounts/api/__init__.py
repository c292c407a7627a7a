"""The router of accounts."""

from fastapi import APIRouter

from app.accounts.api import (
    api_keys,
    audit,
    duplicates,
    invitations,
    me,
    organisations,
    registration,
    sessions,
    users,
)

router = APIRouter()
for part in (sessions, registration, me, duplicates, organisations, users, invitations, api_keys, audit):
    router.include_router(part.router)

__all__ = ["router"]

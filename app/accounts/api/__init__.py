"""The router of accounts."""

from fastapi import APIRouter

from app.accounts.api import (
    api_keys,
    audit,
    duplicates,
    invitations,
    legal_texts,
    me,
    organisations,
    registration,
    second_factor,
    sessions,
    users,
)

router = APIRouter()
PARTS = (
    sessions,
    registration,
    me,
    second_factor,
    duplicates,
    organisations,
    users,
    invitations,
    api_keys,
    audit,
    legal_texts,
)
for part in PARTS:
    router.include_router(part.router)

__all__ = ["router"]

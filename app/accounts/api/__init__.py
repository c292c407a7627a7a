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
    recusals,
    registration,
    sessions,
    users,
)
from app.accounts.api.factors import passkeys, second_factor

router = APIRouter()
PARTS = (
    sessions,
    registration,
    me,
    second_factor,
    passkeys,
    duplicates,
    organisations,
    users,
    recusals,
    invitations,
    api_keys,
    audit,
    legal_texts,
)
for part in PARTS:
    router.include_router(part.router)

__all__ = ["router"]

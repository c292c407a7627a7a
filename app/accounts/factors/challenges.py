"""Challenges between the two steps of a login: a random token for some minutes, used once."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.credentials import digest
from app.accounts.models import ChallengePurpose, LoginChallenge
from app.database import now
from app.errors import Unauthenticated

LIFETIME = timedelta(minutes=10)
_KEPT = timedelta(hours=1)


def issue(
    session: Session,
    purpose: ChallengePurpose,
    *,
    user_id: UUID | None,
    data: Mapping[str, Any],
    lifetime: timedelta = LIFETIME,
) -> str:
    """Store a challenge; answers its token. Old ones are forgotten."""
    session.execute(delete(LoginChallenge).where(LoginChallenge.expires_at < now() - _KEPT))
    token = f"ch_{secrets.token_urlsafe(32)}"
    session.add(
        LoginChallenge(
            purpose=purpose,
            digest=digest(token),
            user_id=user_id,
            data=dict(data),
            expires_at=now() + lifetime,
        )
    )
    session.flush()
    return token


def find(session: Session, purpose: ChallengePurpose, token: str) -> LoginChallenge:
    """The challenge of this token, locked.

    Raises:
        Unauthenticated: it is unknown, used, expired, or of another purpose; these are not distinguished.
    """
    found = session.scalar(
        select(LoginChallenge)
        .where(
            LoginChallenge.digest == digest(token),
            LoginChallenge.purpose == purpose,
            LoginChallenge.used_at.is_(None),
            LoginChallenge.expires_at > now(),
        )
        .with_for_update()
    )
    if found is None:
        raise invalid_challenge()
    return found


def use_up(challenge: LoginChallenge) -> None:
    """Mark it as used, and erase what it held."""
    challenge.used_at = now()
    challenge.data = {}


def invalid_challenge() -> Unauthenticated:
    """The error for a challenge that cannot be used, whatever the reason."""
    return Unauthenticated(
        "This login has taken too long or was completed already; please log in again.",
        "本次登录已超时或已完成，请重新登录。",
        code="challenge_invalid",
    )

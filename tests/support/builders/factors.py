"""Second factors for tests: an authenticator app that needs no waiting."""

from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy import update

from app.accounts.models import SecondFactor
from app.database import Database
from tests.support.http import ok


def code_of(secret: str) -> str:
    """What the app shows now."""
    return pyotp.TOTP(secret).now()


def next_code(database: Database, user_id: UUID | None, secret: str) -> str:
    """What the app shows once the period of the last code is over."""
    with database.unit_of_work() as session:
        session.execute(update(SecondFactor).where(SecondFactor.user_id == user_id).values(last_step=None))
    return code_of(secret)


def set_up(client: Any, headers: dict[str, str]) -> tuple[str, list[str]]:
    """Set up an authenticator over the API; answers its secret and the recovery codes."""
    secret = ok(client.post("/v1/me/second-factor", headers=headers))["secret"]
    done = client.post("/v1/me/second-factor/confirm", json={"code": code_of(secret)}, headers=headers)
    return secret, ok(done)["recovery_codes"]

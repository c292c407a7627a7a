"""Second factors for tests: an authenticator app that needs no waiting."""

from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy import select, update

from app.accounts.models import SecondFactor
from app.database import Database
from app.events.outbox import Event
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


def changes_of(database: Database, user_id: UUID | None) -> list[str]:
    """What the user gets mails about, the oldest first."""
    query = select(Event).where(Event.name == "user.credentials_changed", Event.subject_id == user_id)
    with database.reading() as session:
        return [str(event.payload["change"]) for event in session.scalars(query.order_by(Event.id))]

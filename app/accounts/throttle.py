"""Rate limits, counted in the database so that they apply to all processes together.

GB/T 22239-2019 8.1.4.1 b) requires handling of failed logins. The limit applies per account *and* address, so that
nobody can lock another account from elsewhere. Two wider limits prevent one address from trying many accounts, and
many addresses from trying one account.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Literal

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import Attempt
from app.database import advisory_lock, now
from app.errors import TooManyRequests

WINDOW = timedelta(minutes=10)
_RETENTION = timedelta(hours=1)
# Multiples of the limit for one account from one address; an office shares one address.
_PER_ADDRESS = 5
_PER_ACCOUNT = 10

Kind = Literal["login", "register", "password"]


@dataclass(frozen=True, slots=True)
class RateLimitKey:
    """What is limited: the action, the account as typed, and the network address of the connection."""

    kind: Kind
    account: str
    address: str

    @property
    def account_digest(self) -> str:
        """SHA-256 of the folded account, in hexadecimal."""
        return hashlib.sha256(self.account.strip().casefold().encode("utf-8", "replace")).hexdigest()


def reserve(session: Session, key: RateLimitKey, *, limit: int) -> None:
    """Count an attempt before it is made, so that concurrent attempts count too.

    Args:
        limit: attempts per `WINDOW` for one account from one address.

    Raises:
        TooManyRequests: a limit is reached; Retry-After is in seconds.
    """
    advisory_lock(session, int(key.account_digest[:15], 16))
    moment = now()
    same_account = Attempt.account == key.account_digest
    same_address = Attempt.address == key.address[:64]
    recent = and_(Attempt.kind == key.kind, Attempt.at > moment - WINDOW)
    both, of_address, of_account, oldest = session.execute(
        select(
            func.count().filter(and_(same_account, same_address)),
            func.count().filter(same_address),
            func.count().filter(same_account),
            func.min(Attempt.at),
        ).where(recent, or_(same_account, same_address))
    ).one()
    if both >= limit or of_address >= limit * _PER_ADDRESS or of_account >= limit * _PER_ACCOUNT:
        wait = max(1, ceil((oldest + WINDOW - moment).total_seconds()))
        raise TooManyRequests(
            f"Too many attempts; try again in {ceil(wait / 60)} minutes.",
            f"尝试次数过多,请 {ceil(wait / 60)} 分钟后再试。",
            headers={"Retry-After": str(wait)},
        )
    session.execute(delete(Attempt).where(Attempt.at < moment - _RETENTION))
    session.add(Attempt(kind=key.kind, account=key.account_digest, address=key.address[:64], at=moment))
    session.flush()


def forgive(session: Session, key: RateLimitKey) -> None:
    """Delete the failed attempts of this account from this address, after a success."""
    session.execute(
        delete(Attempt).where(
            Attempt.kind == key.kind,
            Attempt.account == key.account_digest,
            Attempt.address == key.address[:64],
        )
    )

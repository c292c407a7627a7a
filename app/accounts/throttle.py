"""Rate limits, counted in the database so that they apply to all processes together.

GB/T 22239-2019 8.1.4.1 b) requires handling of failed logins. The limit applies per account *and* address, so that
nobody can lock another account. Two wider limits slow down one address that tries many accounts, and many addresses
that try one account: unknown addresses then have fewer attempts each, but every address has one. Devices and addresses
that the account was used from before are exempt from both (after OWASP's device cookies).
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Literal

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import Attempt
from app.database import Database, advisory_lock, now
from app.errors import TooManyRequests
from app.settings import Settings
from app.transport.request_limits import network_of

WINDOW = timedelta(minutes=10)
_RETENTION = timedelta(hours=1)
# Multiples of the limit for one account from one address; an office shares one address.
_PER_ADDRESS = 5
_PER_ACCOUNT = 10
# What is left of the limit for an unknown address while many addresses try the account.
_SLOWED = 5
_FIRST = 2

Kind = Literal[
    "login",
    "register",
    "resend",
    "password",
    "reset",
    "link",
    "mail",
    "code",
    "identity",
    "passkey",
    "passkey_ask",
]


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

    @property
    def network(self) -> str:
        """The address as it is counted."""
        return network_of(self.address)


def reserve(session: Session, key: RateLimitKey, *, limit: int, known: bool = False) -> None:
    """Count an attempt before it is made, so that concurrent attempts count too.

    Args:
        limit: attempts per `WINDOW` for one account from one address.
        known: the account was used from this device or address before.

    Raises:
        TooManyRequests: a limit is reached; Retry-After is in seconds.
    """
    advisory_lock(session, int(key.account_digest[:15], 16))
    moment = now()
    same_account = Attempt.account == key.account_digest
    same_address = Attempt.address == key.network
    recent = and_(Attempt.kind == key.kind, Attempt.at > moment - WINDOW)
    both, of_address, of_account, oldest = session.execute(
        select(
            func.count().filter(and_(same_account, same_address)),
            func.count().filter(same_address),
            func.count().filter(same_account),
            func.min(Attempt.at),
        ).where(recent, or_(same_account, same_address))
    ).one()
    if not known and of_account - both >= limit * _PER_ACCOUNT:
        limit = max(1, limit // _SLOWED)
    if both >= limit or (not known and of_address >= limit * _PER_ADDRESS):
        wait = max(1, ceil((oldest + WINDOW - moment).total_seconds()))
        raise TooManyRequests(
            f"Too many attempts; try again in {ceil(wait / 60)} minutes.",
            f"尝试次数过多，请 {ceil(wait / 60)} 分钟后再试。",
            headers={"Retry-After": str(wait)},
        )
    session.execute(delete(Attempt).where(Attempt.at < moment - _RETENTION))
    session.add(Attempt(kind=key.kind, account=key.account_digest, address=key.network, at=moment))
    session.flush()


def is_first(session: Session, key: RateLimitKey) -> bool:
    """Whether this address has hardly tried this account within the last hour: at most `_FIRST` times, the attempt that
    was counted just now included."""
    recent = select(func.count()).where(
        Attempt.kind == key.kind,
        Attempt.account == key.account_digest,
        Attempt.address == key.network,
        Attempt.at > now() - _RETENTION,
    )
    return (session.scalar(recent) or 0) <= _FIRST


def forgive(session: Session, key: RateLimitKey) -> None:
    """Delete the failed attempts of this account from this address, after a success."""
    session.execute(
        delete(Attempt).where(
            Attempt.kind == key.kind,
            Attempt.account == key.account_digest,
            Attempt.address == key.network,
        )
    )


def count_attempt(database: Database, settings: Settings, key: RateLimitKey) -> None:
    """`reserve` in a transaction of its own, so that the attempt stays counted if the request fails.

    Raises:
        TooManyRequests: see `reserve`.
    """
    with database.unit_of_work(of_faulty_body=True) as session:
        reserve(session, key, limit=settings.login_attempts_per_10_minutes)

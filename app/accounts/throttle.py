"""Limits per time, counted in the database so that they hold over all processes together.

GB/T 22239-2019 8.1.4.1 b) asks for failed logins to be handled. The limit is per account *and* address, so that
nobody locks another's account out from elsewhere; two wider limits stop one address from trying many accounts
and many addresses from trying one account.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Literal

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import Attempt
from app.database import now
from app.errors import TooManyRequests

WINDOW = timedelta(minutes=10)
_KEPT = timedelta(hours=1)
_PER_ADDRESS = 5  # times the limit of one account from one address: an office shares an address
_PER_ACCOUNT = 10

Kind = Literal["login", "register", "password"]


@dataclass(frozen=True, slots=True)
class RateLimitKey:
    """Who tries what: `account` as typed, `address` as the connection shows it."""

    kind: Kind
    account: str
    address: str

    @property
    def account_digest(self) -> str:
        return hashlib.sha256(self.account.strip().casefold().encode("utf-8", "replace")).hexdigest()


def reserve(session: Session, limited: RateLimitKey, *, limit: int) -> None:
    """Count the attempt before it is made: what runs at the same time is counted too.

    Raises:
        TooManyRequests: with Retry-After in seconds.
    """
    if session.get_bind().dialect.name == "postgresql":
        # There is no row yet to lock. SQLite has one writer at a time anyway.
        session.execute(select(func.pg_advisory_xact_lock(int(limited.account_digest[:15], 16))))
    moment = now()
    same_account = Attempt.account == limited.account_digest
    same_address = Attempt.address == limited.address[:64]
    recent = and_(Attempt.kind == limited.kind, Attempt.at > moment - WINDOW)
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
            f"Too many attempts; please wait {ceil(wait / 60)} minutes.",
            f"尝试次数过多,请 {ceil(wait / 60)} 分钟后再试。",
            headers={"Retry-After": str(wait)},
        )
    session.execute(delete(Attempt).where(Attempt.at < moment - _KEPT))
    session.add(
        Attempt(kind=limited.kind, account=limited.account_digest, address=limited.address[:64], at=moment)
    )
    session.flush()


def forgive(session: Session, limited: RateLimitKey) -> None:
    """After a success: the former failures of this account from this address count no more."""
    session.execute(
        delete(Attempt).where(
            Attempt.kind == limited.kind,
            Attempt.account == limited.account_digest,
            Attempt.address == limited.address[:64],
        )
    )

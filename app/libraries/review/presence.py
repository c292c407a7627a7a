"""Who else has a record under review open, and what a colleague decided meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import User
from app.database import now
from app.libraries.library import Library
from app.libraries.record.enums import RecordState
from app.libraries.review.models import ReviewPresence
from app.libraries.review.queue import DecidedRecord, decided_lately, reviewed

PRESENT = timedelta(seconds=15)
"""A reviewer whose page has not renewed their presence for this long has left."""


@dataclass(frozen=True, slots=True)
class ReviewWatch:
    """What a reviewer should know while they read.

    Attributes:
        others: names of colleagues who have the record open.
        decided: the decision that was made meanwhile; None while the record waits, or if nobody decided it lately.
    """

    others: Sequence[str]
    waits: bool
    decided: DecidedRecord | None


def others_present(session: Session, library: Library, number: str, *, principal: Principal) -> list[str]:
    """Names of colleagues who have the record open.

    Raises:
        NotFound: no such record.
    """
    record = reviewed(session, library, number, principal=principal)
    query = (
        select(User.name)
        .join(ReviewPresence, ReviewPresence.user_id == User.id)
        .where(
            ReviewPresence.record_id == record.id,
            ReviewPresence.user_id != principal.user_id,
            ReviewPresence.seen_at > now() - PRESENT,
        )
        .order_by(User.name)
    )
    return list(session.scalars(query))


def renew_presence(session: Session, library: Library, number: str, *, principal: Principal) -> ReviewWatch:
    """Say that the principal has the record open, and learn who else has, and whether it was decided.

    Raises:
        Forbidden: the principal is no reviewer.
        NotFound: no such record.
    """
    record = reviewed(session, library, number, principal=principal)
    if principal.user_id is not None:
        session.execute(delete(ReviewPresence).where(ReviewPresence.seen_at < now() - PRESENT * 4))
        session.merge(ReviewPresence(record_id=record.id, user_id=principal.user_id, seen_at=now()))
        session.flush()
    waits = record.state == RecordState.SUBMITTED
    decided = None
    if not waits:
        lately = decided_lately(session, library, principal=principal)
        decided = next((one for one in lately if one.id == record.id), None)
    return ReviewWatch(others_present(session, library, number, principal=principal), waits, decided)

"""Expiry: published records are withdrawn after their last day."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import SYSTEM
from app.clock import local_now
from app.libraries.library import Library
from app.libraries.lifecycle.storage import store
from app.libraries.lifecycle.transitions import TRANSITIONS, PendingChange, apply_transition
from app.libraries.record.enums import RecordState
from app.libraries.record.indexing import Indexer
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.settings import Settings

BATCH_SIZE = 200


def expire_due(session: Session, *, indexer: Indexer, settings: Settings) -> int:
    """Withdraw up to `BATCH_SIZE` published records of each library whose `valid_until` or deadline has passed.

    A record stays published on its last day (Jinan time). Returns the number of withdrawn records.
    """
    return sum(_expire(session, library, indexer, settings) for library in LIBRARIES.values())


def _expire(session: Session, library: Library, indexer: Indexer, settings: Settings) -> int:
    today = local_now().date()
    model = library.model
    past = or_(*(getattr(model, name) < today for name in library.expiry_dates))
    # Rows that another transaction has locked are skipped; the next run withdraws them.
    due: list[Record] = list(
        session.scalars(
            select(model)
            .where(model.state == RecordState.PUBLISHED.value, past)
            .order_by(model.id)
            .limit(BATCH_SIZE)
            .with_for_update(of=model, skip_locked=True)
        )
    )
    changes: list[PendingChange] = [
        apply_transition(session, library, record, TRANSITIONS["expire"], principal=SYSTEM, settings=settings)
        for record in due
    ]
    store(session, changes, [None] * len(changes), principal=SYSTEM, indexer=indexer)
    return len(changes)

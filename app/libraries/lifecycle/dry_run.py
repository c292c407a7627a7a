"""What a command would do, without doing it."""

from sqlalchemy.orm import Session

from app.database import Database
from app.errors import FieldError, Invalid
from app.errors.collection import refuse_faulty_body
from app.libraries.lifecycle.commands import Command, MoveRecord
from app.libraries.lifecycle.lookup import find
from app.libraries.lifecycle.transitions import waits_for_review
from app.libraries.record.indexing import Indexer, PreparedForIndex


def dry_run(database: Database, indexer: Indexer, command: Command) -> PreparedForIndex | None:
    """Apply the command to a copy and embed what it would publish, without storing or locking anything.

    Returns None if nothing would be published. Raises what the command raises.
    """
    with database.reading() as session, session.no_autoflush:
        change = command.apply(session, lock=False)
        session.expunge_all()
    refuse_faulty_body()
    return indexer.prepare([change.record])[0] if change.is_published else None


def is_reviewed_first(session: Session, command: MoveRecord) -> bool:
    """Whether the record, once submitted, waits for the bureau before others see it. `session` only reads.

    Raises:
        NotFound: the principal may not see the record.
    """
    record = find(session, command.library, command.record_id, command.principal, lock=False)
    return waits_for_review(session, command.library, record, command.principal, command.settings)


def problems_of(session: Session, command: Command) -> tuple[FieldError, ...]:
    """What makes the command invalid, without doing anything; empty if it could be stored. `session` only reads.

    Raises:
        NotFound, Forbidden, Conflict, StaleVersion: as the command.
    """
    try:
        with session.no_autoflush:
            command.apply(session, lock=False)
    except Invalid as error:
        return error.fields
    finally:
        session.expunge_all()
    return ()

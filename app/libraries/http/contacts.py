"""The contacts of a record, for the bureau that asks for them with a reason."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import now
from app.libraries.http.responses import note_contacts
from app.libraries.library import Library
from app.libraries.lifecycle.lookup import find
from app.libraries.schemas import RecordContacts
from app.libraries.visibility.asked_contacts import OPEN_FOR, ask
from app.libraries.visibility.fields import CONTACTS


def contacts_asked(
    session: Session, library: Library, record_id: UUID, reason: str, *, principal: Principal
) -> RecordContacts:
    """The contacts in full; until `OPEN_FOR` is over, the principal sees them wherever the record is shown.

    Raises:
        Unauthenticated, Forbidden: the principal is nobody of the bureau, or a program.
        NotFound: there is no such record.
    """
    require(principal, Action.CONTACT_ASK)
    record = find(session, library, record_id, principal, lock=False)
    opened = ask(session, principal, record.id, reason)
    shown = {name: getattr(record, name) for name in CONTACTS}
    note_contacts(record, principal, shown, opened=opened)
    return RecordContacts(**shown, shown_until=now() + OPEN_FOR)

"""The organisation that was kept when the bureau merged another into it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation


def kept_id(session: Session, organisation_id: UUID) -> UUID:
    """The id of the organisation into which this one was merged, at the end of all merges; otherwise its own."""
    while True:
        query = select(Organisation.merged_into_id).where(Organisation.id == organisation_id)
        into = session.scalar(query)
        if into is None:
            return organisation_id
        organisation_id = into

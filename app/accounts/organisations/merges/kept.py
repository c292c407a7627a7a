"""The organisation that was kept when the bureau merged another into it."""

from collections.abc import Collection
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


def kept_ids(session: Session, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Those of the ids whose organisation was merged → the one that stands for it now, at the end of all merges."""
    step: dict[UUID, UUID] = {}
    asked = set(ids)
    while asked:
        query = select(Organisation.id, Organisation.merged_into_id).where(
            Organisation.id.in_(asked), Organisation.merged_into_id.is_not(None)
        )
        found = {gone: into for gone, into in session.execute(query) if into is not None}
        step |= found
        asked = set(found.values()) - step.keys()
    return {gone: _end(step, gone) for gone in step.keys() & set(ids)}


def _end(step: dict[UUID, UUID], gone: UUID) -> UUID:
    while gone in step:
        gone = step[gone]
    return gone

"""The timeline of an engagement: each entry is written in the transaction of its action and never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.engagements.models import TimelineEntry
from app.paging import Sort

NEWEST_FIRST = Sort(TimelineEntry.at, datetime, descending=True, name="newest")
OLDEST_FIRST = Sort(TimelineEntry.at, datetime, name="oldest")


def write(
    session: Session,
    engagement_id: UUID,
    kind: str,
    *,
    principal: Principal,
    role: str,
    subject_id: UUID | None = None,
    text: str = "",
    **data: Any,
) -> TimelineEntry:
    """Add an entry. `role` is the actor's role in the engagement, `operator` or `service`; `data` are JSON values."""
    entry = TimelineEntry(
        engagement_id=engagement_id,
        kind=kind,
        subject_id=subject_id,
        text=text,
        data=data,
        actor_id=actor_of(principal),
        actor_role=role,
    )
    session.add(entry)
    session.flush()
    return entry


def actor_of(principal: Principal) -> UUID | None:
    """The id that is stored as the actor: the user's, or the API key's; None for the service itself."""
    return principal.user_id or principal.api_key_id


def entries_of(engagement_id: UUID, *, contracts: bool, files: bool) -> Select[TimelineEntry]:
    """The entries of an engagement; without `contracts` or `files` those about contracts or files are left out."""
    query = select(TimelineEntry).where(TimelineEntry.engagement_id == engagement_id)
    for shown, kind in ((contracts, "contract_"), (files, "file_")):
        if not shown:
            query = query.where(~TimelineEntry.kind.startswith(kind, autoescape=True))
    return query

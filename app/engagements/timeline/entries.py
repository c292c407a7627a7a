"""The time line of an engagement: a line is written in the transaction of what it tells, and never changed."""

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
    """`role` is the writer's in the engagement, `operator` or `service`; `data` are JSON values."""
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
    """The id under which what the principal did is kept: his user's, or his key's."""
    return principal.user_id or principal.api_key_id


def entries_of(engagement_id: UUID, *, contracts: bool) -> Select[TimelineEntry]:
    """Without `contracts` the lines about them are left out: they are for who may see the contracts themselves."""
    query = select(TimelineEntry).where(TimelineEntry.engagement_id == engagement_id)
    return query if contracts else query.where(~TimelineEntry.kind.startswith("contract_", autoescape=True))

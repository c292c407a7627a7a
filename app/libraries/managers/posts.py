"""Posts of a manager: one of them is the primary one, and those left out of a published record have ended."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.organisations.lookup import resolve_organisations
from app.clock import add_months, local_now
from app.database import new_id, now
from app.errors import Invalid
from app.libraries.managers.models import DEFAULT_GRACE_MONTHS, Affiliation, Manager


def is_active(affiliation: Affiliation, today: date) -> bool:
    """Whether the affiliation is active on that day; both ends are inclusive."""
    start, end = affiliation.start, affiliation.end
    return (start is None or start <= today) and (end is None or end >= today)


def set_affiliations(
    session: Session, manager: Manager, affiliations: Sequence[Mapping[str, Any]], principal: Principal
) -> None:
    texts = {
        f"affiliations.{index}.organisation_id": str(entry["organisation_id"])
        for index, entry in enumerate(affiliations)
    }
    found = resolve_organisations(session, texts)
    ids = [found[field] for field in texts]
    rows = [
        Affiliation(
            id=new_id(),
            organisation_id=id_,
            position=entry.get("position", ""),
            kind=entry.get("kind", "full_time"),
            start=_parse_day(entry.get("start")),
            end=_parse_day(entry.get("end")),
            is_primary=entry.get("is_primary", False),
            created_at=now(),
        )
        for id_, entry in zip(ids, affiliations, strict=True)
    ]
    today = local_now().date()
    primary = [row for row in rows if row.is_primary and is_active(row, today)]
    if len(primary) != 1 or sum(row.is_primary for row in rows) != 1:
        raise Invalid.field(
            "affiliations",
            "one_primary",
            "在任单位中须有且仅有一个主要任职单位",
            "exactly one affiliation must be the primary one, and it must be active today",
        )
    if manager.published_at is not None and not principal.sees_everything:
        rows += _left_out(session, manager.affiliations, rows, today)
    manager.affiliations = rows
    manager.owner_org_id = primary[0].organisation_id


def _left_out(
    session: Session, posts: Sequence[Affiliation], now_given: Sequence[Affiliation], today: date
) -> list[Affiliation]:
    """Posts that a change of a published record leaves out, as posts that have ended: their end is a fact with a date,
    and a conflict for a while longer. So are those that it moves into the future, or so far into the past that they
    would be no conflict any more. The bureau removes what was entered by mistake."""
    months = session.info.get("conflict_grace_months", DEFAULT_GRACE_MONTHS)
    conflicting = {post.organisation_id for post in now_given if _is_conflict(post, today, months)}
    return [
        Affiliation(
            id=new_id(),
            organisation_id=post.organisation_id,
            position=post.position,
            kind=post.kind,
            start=post.start,
            end=post.end if post.end is not None and post.end < today else today,
            is_primary=False,
            created_at=post.created_at,
        )
        for post in posts
        if post.organisation_id not in conflicting and _is_conflict(post, today, months)
    ]


def _is_conflict(post: Affiliation, today: date, grace_months: int) -> bool:
    """Whether it has begun, and has not ended longer ago than the time of grace."""
    has_begun = post.start is None or post.start <= today
    if post.end is None or today <= post.end:
        return has_begun  # the last day of the calendar has no month after it
    return has_begun and today <= add_months(post.end, grace_months)


def _parse_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

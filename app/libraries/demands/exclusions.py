"""Exclusions that an owner has ever entered, in whichever of their demands.

A demand gets no pushes of hidden achievements whose owner it excludes, and somebody who works with a manager notices
that. An owner who could enter half of all organisations, look, and enter half of the rest would find a hidden owner
after ten looks among a thousand. Where an exclusion counts for all demands of its owner and for good, what they
excluded cannot be split any further: n looks among N organisations succeed with (n + 1) / N, as n guesses do.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import insert_into, now
from app.libraries.demands.models import Demand, EnteredExclusion


def remember_exclusions(session: Session, demand: Demand) -> None:
    """Add what this demand excludes to what its owner has entered before."""
    if not demand.excluded_orgs:
        return
    rows = [
        {"owner_org_id": demand.owner_org_id, "excluded": text, "entered_at": now()}
        for text in dict.fromkeys(demand.excluded_orgs)
    ]
    session.execute(insert_into(session, EnteredExclusion).values(rows).on_conflict_do_nothing())


def entered_exclusions(session: Session, owners: Collection[UUID]) -> Mapping[UUID, frozenset[str]]:
    """Owner → codes and names of all organisations that they have excluded from one of their demands."""
    found: dict[UUID, set[str]] = {}
    query = select(EnteredExclusion.owner_org_id, EnteredExclusion.excluded).where(
        EnteredExclusion.owner_org_id.in_(owners)
    )
    for owner, excluded in session.execute(query):
        found.setdefault(owner, set()).add(excluded)
    return {owner: frozenset(texts) for owner, texts in found.items()}

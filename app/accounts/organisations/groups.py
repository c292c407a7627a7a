"""Groups of organisations that one of them controls."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation


def whole_families(session: Session, org_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Everybody in the groups of these organisations → the topmost that controls them, as `families` says it.

    One query, however many others they are to be compared with: who is not in the answer is in none of the groups.
    """
    rows = session.execute(_WHOLE_FAMILIES, {"org_ids": list(org_ids)})
    parents: dict[UUID, UUID | None] = {row[0]: row[1] for row in rows}
    return {org_id: topmost(org_id, parents) for org_id in (*parents, *org_ids)}


def _whole_families() -> Select[*tuple[Any, ...]]:
    """Upwards from the ids in `org_ids`, then downwards from everybody on the way. Made once: each match asks it."""
    own, parent = Organisation.id, Organisation.parent_id
    up = select(own, parent).where(own.in_(bindparam("org_ids", expanding=True))).cte(recursive=True)
    up = up.union(select(own, parent).join(up, up.c.parent_id == own))
    down = select(up.c.id, up.c.parent_id).cte(recursive=True)
    down = down.union(select(own, parent).join(down, down.c.id == parent))
    return select(down.c.id, down.c.parent_id)


_WHOLE_FAMILIES = _whole_families()


def topmost(org_id: UUID, parents: Mapping[UUID, UUID | None]) -> UUID:
    """The last of the chain upwards; where the chain is a circle, the last before it closes."""
    seen = {org_id}
    top = org_id
    while (parent := parents.get(top)) is not None and parent not in seen:
        seen.add(parent)
        top = parent
    return top

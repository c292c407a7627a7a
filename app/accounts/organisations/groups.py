"""Organisation families: an organisation and all that it controls."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation

_CHUNK = 1000  # ids per query, below the parameter limit of both databases


def whole_families(session: Session, org_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """All members of the families of these organisations → the topmost organisation of the family (as `families`).

    One query, however many other organisations they are compared with: an organisation that is not in the result
    belongs to none of these families.
    """
    rows = session.execute(_WHOLE_FAMILIES, {"org_ids": list(org_ids)})
    parents: dict[UUID, UUID | None] = {row[0]: row[1] for row in rows}
    return {org_id: topmost(org_id, parents) for org_id in (*parents, *org_ids)}


def _whole_families() -> Select[*tuple[Any, ...]]:
    """Query that walks up from the ids in `org_ids`, then down from every ancestor. Built once, used for each match."""
    own, parent = Organisation.id, Organisation.parent_id
    up = select(own, parent).where(own.in_(bindparam("org_ids", expanding=True))).cte(recursive=True)
    up = up.union(select(own, parent).join(up, up.c.parent_id == own))
    down = select(up.c.id, up.c.parent_id).cte(recursive=True)
    down = down.union(select(own, parent).join(down, down.c.id == parent))
    return select(down.c.id, down.c.parent_id)


_WHOLE_FAMILIES = _whole_families()


def topmost(org_id: UUID, parents: Mapping[UUID, UUID | None]) -> UUID:
    """The topmost ancestor in `parents`; in a cycle, the last organisation before it closes."""
    seen = {org_id}
    top = org_id
    while (parent := parents.get(top)) is not None and parent not in seen:
        seen.add(parent)
        top = parent
    return top


def families(session: Session, org_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Each organisation → the topmost one that controls it; itself if none does or the id is unknown."""
    parents: dict[UUID, UUID | None] = {}
    frontier = set(org_ids)
    while frontier:
        ids = sorted(frontier)
        for start in range(0, len(ids), _CHUNK):
            query = select(Organisation.id, Organisation.parent_id).where(
                Organisation.id.in_(ids[start : start + _CHUNK])
            )
            parents.update({row[0]: row[1] for row in session.execute(query)})
        parents.update(dict.fromkeys(frontier - parents.keys()))
        frontier = {parent for parent in parents.values() if parent is not None} - parents.keys()
    return {org_id: topmost(org_id, parents) for org_id in org_ids}


def family_of(session: Session, organisation_ids: Iterable[str]) -> dict[str, str]:
    """Organisation id → id of the head of its family; strings that are not ids are left out."""
    known = families(session, [UUID(id_) for id_ in set(organisation_ids) if _is_uuid(id_)])
    return {str(org): str(top) for org, top in known.items()}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

"""The bureau's decisions about likely duplicates: one organisation (merge), or two. Each can be undone."""

import copy
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, OrganisationDecision
from app.accounts.organisations.merges.dealings import refuse_dealings
from app.accounts.organisations.merges.ids_in_lists import (
    IN_LISTS,
    LaterMerge,
    restore_lists,
    rewrite_lists,
)
from app.accounts.organisations.recusal import refuse_tied
from app.database import Base, new_id, now, one_or_not_found
from app.errors import Conflict, Invalid
from app.events.catalogue import OrganisationChanged
from app.events.outbox import emit

MERGED, DISTINGUISHED = "merged", "distinguished"
DECIDED = frozenset({MERGED, DISTINGUISHED})
"""What `organisation.changed` names after a decision, and after its undoing."""
TIES = frozenset({"uscc", "parent_id", "name", "former_names", "aliases"}) | DECIDED
"""What it names where others may exclude the organisation now, or belong to its group."""


class IdentityVerdict(StrEnum):
    """What the bureau found about two organisations."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class _Reference:
    table: Table
    column: Column[Any]
    key: Column[Any]

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column.name}"


def decide(
    session: Session,
    *,
    principal: Principal,
    kept: Organisation,
    other: Organisation,
    verdict: IdentityVerdict,
    note: str,
) -> OrganisationDecision:
    """Remember what the bureau found. `same` merges `other` into `kept`: its users, records, posts and all else that
    refers to it follow, its row and its history stay.

    Raises:
        Invalid: both are one row.
        Conflict: one of them has been merged already, the pair has been decided about, or `same` would make one
            organisation of both sides of a contract or engagement.
    """
    require(principal, Action.ORGANISATION_VERIFY)
    refuse_tied(session, principal, organisations=[kept.id, other.id])
    lock(session, {kept.id, other.id})
    _refuse_decided(session, kept, other)
    if verdict is IdentityVerdict.SAME:
        refuse_dealings(session, kept, other)
    first, second = sorted((kept.id, other.id))
    decision = OrganisationDecision(
        id=new_id(),
        first_id=first,
        second_id=second,
        kept_id=kept.id,
        verdict=verdict,
        note=note,
        decided_by=principal.user_id,
        decided_at=now(),
        moved={},
    )
    if verdict is IdentityVerdict.SAME:
        other.merged_into_id = kept.id
        session.flush()
        decision.moved = _move(session, other.id, kept.id) | {
            IN_LISTS: rewrite_lists(session, other.id, kept.id)
        }
    session.add(decision)
    session.flush()
    _tell(session, principal, decision, verdict)
    return decision


def lock(session: Session, ids: Collection[UUID]) -> None:
    """Let nobody else decide about these organisations until the transaction ends."""
    query = select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id)
    session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)).all()


def _refuse_decided(session: Session, kept: Organisation, other: Organisation) -> None:
    if kept.id == other.id:
        raise Invalid.field("other_id", "same_row", "两个单位应不同", "these must be two organisations")
    if kept.merged_into_id is not None or other.merged_into_id is not None:
        raise Conflict(
            "One of these organisations has been merged already.",
            "其中一个单位已被合并。",
            code="already_merged",
        )
    first, second = sorted((kept.id, other.id))
    row = OrganisationDecision
    before = select(row).where(row.first_id == first, row.second_id == second, row.undone_at.is_(None))
    decision = session.scalar(before)
    if decision is not None:
        raise Conflict(
            "This pair has been decided about; undo that decision first.",
            "该组单位已作出认定，如需更改请先撤销。",
            code="already_decided",
            decision_id=str(decision.id),
        )


def undo(session: Session, decision_id: UUID, *, principal: Principal) -> OrganisationDecision:
    """Take a decision back; after a merge, what was moved goes back, unless it has been moved on since.

    Raises:
        NotFound: no such decision.
        Conflict: it has been undone already, or a later merge of the same organisations has to be undone first.
    """
    require(principal, Action.ORGANISATION_VERIFY)
    query = select(OrganisationDecision).where(OrganisationDecision.id == decision_id).with_for_update()
    decision = one_or_not_found(session, query)
    refuse_tied(session, principal, organisations=[decision.first_id, decision.second_id])
    if decision.undone_at is not None:
        raise Conflict("This decision has been undone.", "该认定已撤销。", code="already_undone")
    if decision.verdict == IdentityVerdict.SAME:
        _refuse_before_later(session, decision)
    decision.undone_at = now()
    if decision.verdict == IdentityVerdict.SAME:
        gone = _gone(decision)
        session.get_one(Organisation, gone).merged_into_id = None
        session.flush()
        for reference in _references():
            keys = decision.moved.get(reference.name, [])
            _point(session, reference, [UUID(key) for key in keys], decision.kept_id, gone)
        _restore_lists(session, decision, gone)
        session.expire_all()
    _tell(session, principal, decision, "undone", undone=True)
    return decision


def _restore_lists(session: Session, decision: OrganisationDecision, gone: UUID) -> None:
    row = OrganisationDecision
    query = select(row).where(
        row.verdict == IdentityVerdict.SAME, row.undone_at.is_(None), row.id > decision.id
    )
    since = session.scalars(query.order_by(row.id).with_for_update()).all()
    later = [LaterMerge(_gone(one), one.kept_id, copy.deepcopy(one.moved.get(IN_LISTS, []))) for one in since]
    changes = decision.moved.get(IN_LISTS, [])
    restore_lists(session, changes, gone=gone, kept=decision.kept_id, later=later)
    for one, merge in zip(since, later, strict=True):
        if merge.changes:
            one.moved = one.moved | {IN_LISTS: merge.changes}
    session.flush()


def _gone(decision: OrganisationDecision) -> UUID:
    """The organisation that a merge ended."""
    return decision.second_id if decision.kept_id == decision.first_id else decision.first_id


def _refuse_before_later(session: Session, decision: OrganisationDecision) -> None:
    """Merges are undone latest first: a later one has moved on what this one moved, and would keep it."""
    kept = session.get_one(Organisation, decision.kept_id, populate_existing=True, with_for_update=True)
    if kept.merged_into_id is None:
        return
    row, pair = OrganisationDecision, sorted((kept.id, kept.merged_into_id))
    later = session.scalar(
        select(row.id).where(
            row.first_id == pair[0],
            row.second_id == pair[1],
            row.verdict == IdentityVerdict.SAME,
            row.undone_at.is_(None),
        )
    )
    into = session.get_one(Organisation, kept.merged_into_id)
    raise Conflict(
        f"{kept.name} was later merged into {into.name}; undo that merge first.",
        f"“{kept.name}”其后已并入“{into.name}”，请先撤销该次合并。",
        code="merged_later",
        decision_id=None if later is None else str(later),
    )


def _tell(
    session: Session,
    principal: Principal,
    decision: OrganisationDecision,
    details: str,
    *,
    undone: bool = False,
) -> None:
    word = MERGED if decision.verdict == IdentityVerdict.SAME else DISTINGUISHED
    for id_ in (decision.first_id, decision.second_id):
        # The note may name people or a hidden owner; it stays with the decision.
        audit.record(session, principal, Action.ORGANISATION_VERIFY, id_, details)
        changed = OrganisationChanged(subject_id=id_, changed=[word], decision_id=decision.id, undone=undone)
        emit(session, changed)


def _move(session: Session, gone: UUID, kept: UUID) -> dict[str, list[str]]:
    """Table and column → keys of the rows that refer to `kept` now."""
    moved: dict[str, list[str]] = {}
    for reference in _references():
        keys = list(session.scalars(select(reference.key).where(reference.column == gone)))
        done = [str(key) for key in keys if _point(session, reference, [key], gone, kept)]
        if done:
            moved[reference.name] = done
    session.expire_all()
    return moved


def _point(session: Session, reference: _Reference, keys: list[UUID], before: UUID, after: UUID) -> bool:
    """Whether the rows could be changed: of what exists once for each organisation, each keeps its own."""
    if not keys:
        return True
    # An organisation does not become its own parent.
    change = update(reference.table).where(
        reference.key.in_(keys), reference.column == before, reference.key != after
    )
    try:
        with session.begin_nested():
            session.execute(change.values({reference.column.name: after}))
    except IntegrityError:
        return False
    return True


def _references() -> Iterator[_Reference]:
    """The columns of all tables that refer to an organisation, other than those that say what it is."""
    for table in Base.metadata.sorted_tables:
        keys = list(table.primary_key.columns)
        if table.name in {"organisation_names", "organisation_decisions"} or len(keys) != 1:
            continue
        for column in table.columns:
            if column.name == "merged_into_id" or column.primary_key:
                continue
            if (table.name, column.name) in _RECIPIENTS or any(
                key.column.table.name == "organisations" for key in column.foreign_keys
            ):
                yield _Reference(table, column, keys[0])


_RECIPIENTS = frozenset({("notices", "recipient_id")})
"""Columns without a foreign key, because they may also name a person."""

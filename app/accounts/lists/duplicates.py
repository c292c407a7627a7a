"""Likely duplicates side by side, and the decisions about them, as the bureau works through them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, OrganisationDecision, User
from app.accounts.organisations.duplicates import EVIDENCE, Evidence, likely_duplicates
from app.accounts.organisations.merges.decisions import IdentityVerdict
from app.accounts.organisations.schemas import OrganisationOut
from app.accounts.schema_bases import AccountOutput
from app.database import by_id
from app.paging import Page, PageRequest, Sort, list_page

_MOST_DECISIONS = 20
_NEWEST_FIRST = Sort(OrganisationDecision.decided_at, datetime, descending=True)


@dataclass(frozen=True, slots=True)
class ComparedOrganisation:
    """One side of a pair; `users` is how many people log in for it."""

    organisation: OrganisationOut
    users: int


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """Two organisations that may be one, the older first; `evidence` in Chinese and English, the strongest first."""

    first: ComparedOrganisation
    second: ComparedOrganisation
    evidence: Sequence[tuple[str, str]]
    similarity: int


@dataclass(frozen=True, slots=True)
class DecidedPair:
    """A decision that can be undone."""

    id: UUID
    kept: str
    other: str
    is_merge: bool
    note: str
    decided_at: datetime


class DecisionOut(AccountOutput):
    """A decision about two organisations."""

    id: UUID
    first_id: UUID
    second_id: UUID
    kept_id: UUID
    verdict: IdentityVerdict
    note: str
    decided_by: UUID | None
    decided_at: datetime
    undone_at: datetime | None

    @classmethod
    def of(cls, decision: OrganisationDecision) -> Self:
        return cls.model_validate(decision)


@dataclass(frozen=True, slots=True)
class DuplicateList:
    """What waits, how much of it there is, and what was decided lately."""

    pairs: Sequence[ComparedPair]
    total: int
    decided: Sequence[DecidedPair]


def duplicate_list(session: Session, *, limit: int, principal: Principal) -> DuplicateList:
    """The pairs that wait for a decision, and the latest decisions.

    Raises:
        Forbidden: the principal is not an operator.
    """
    require(principal, Action.ORGANISATION_VERIFY)
    found = likely_duplicates(session)
    row = OrganisationDecision
    decisions = session.scalars(
        select(row).where(row.undone_at.is_(None)).order_by(row.decided_at.desc()).limit(_MOST_DECISIONS)
    ).all()
    shown = found[:limit]
    ids = {id_ for one in (*shown,) for id_ in (one.first, one.second)}
    rows = by_id(
        session, Organisation, ids | {id_ for one in decisions for id_ in (one.first_id, one.second_id)}
    )
    users = _users(session, ids)

    def side(id_: UUID) -> ComparedOrganisation:
        return ComparedOrganisation(OrganisationOut.of(rows[id_]), users.get(id_, 0))

    return DuplicateList(
        pairs=[
            ComparedPair(
                side(one.first),
                side(one.second),
                [EVIDENCE[code] for code in Evidence if code in one.evidence],
                one.similarity,
            )
            for one in shown
        ],
        total=len(found),
        decided=[_decided_pair(one, rows) for one in decisions],
    )


def decision_page(
    session: Session, paging: PageRequest, *, organisation_id: UUID | None = None, principal: Principal
) -> Page[DecisionOut]:
    """One page of the decisions, undone ones among them, the newest first; of one organisation, if one is given.

    Raises:
        Forbidden: the principal is not an operator.
        Invalid: the cursor does not belong to this list.
    """
    require(principal, Action.ORGANISATION_VERIFY)
    row = OrganisationDecision
    query = select(row)
    if organisation_id is not None:
        query = query.where(or_(row.first_id == organisation_id, row.second_id == organisation_id))
    return list_page(session, query, _NEWEST_FIRST, paging, DecisionOut.of)


def _decided_pair(decision: OrganisationDecision, organisations: Mapping[UUID, Organisation]) -> DecidedPair:
    other_id = decision.second_id if decision.kept_id == decision.first_id else decision.first_id
    return DecidedPair(
        decision.id,
        organisations[decision.kept_id].name,
        organisations[other_id].name,
        decision.verdict == "same",
        decision.note,
        decision.decided_at,
    )


def _users(session: Session, ids: Iterable[UUID]) -> dict[UUID, int]:
    query = (
        select(User.organisation_id, func.count())
        .where(User.organisation_id.in_(list(ids)))
        .group_by(User.organisation_id)
    )
    return {id_: count for id_, count in session.execute(query) if id_ is not None}

"""Lists of pushes for their reader: the inbox, the pushes in certain states, and the answers that may be undone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import now
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.feedback.impressions import ImpressionLog
from app.paging import Page, PageRequest, Sort, fetch_page
from app.pushes import queries
from app.pushes.feedback.training_signals import SURFACE, shown_in_inbox
from app.pushes.inbox.presenter import read_many
from app.pushes.inbox.undo import undoable
from app.pushes.models import PENDING, Push, PushState
from app.pushes.policy import Policy
from app.pushes.schemas import PushRead

_BEST_FIRST = Sort(Push.rank_key, float, descending=True, name="inbox")
_FIRST_PUSHED_LAST = Sort(Push.created_at, datetime, descending=True, name="newest")
_NEWEST_FIRST = Sort(Push.pushed_at, datetime, descending=True, name="newest-round")
_MOST_UNDOABLE = 10
_MOST_OTHERS = 5


class InboxShelf(StrEnum):
    """Where a push of an inbox stands for its manager."""

    ACTIONABLE = ""
    POSTPONED = "later"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENDED = "ended"


_STATES: Mapping[InboxShelf, tuple[PushState, ...]] = MappingProxyType(
    {
        InboxShelf.ACTIONABLE: PENDING,
        InboxShelf.POSTPONED: (PushState.LATER,),
        InboxShelf.ACCEPTED: (PushState.ACCEPTED,),
        InboxShelf.DECLINED: (PushState.DECLINED,),
        InboxShelf.ENDED: (PushState.EXPIRED, PushState.CANCELLED),
    }
)


PUSH_SHELVES: Mapping[str, tuple[PushState, ...]] = MappingProxyType(
    {
        "": PENDING,
        "accepted": (PushState.ACCEPTED,),
        "declined": (PushState.DECLINED,),
        "ended": (PushState.EXPIRED, PushState.CANCELLED),
        "all": (),
    }
)
"""The states of pushes that a list shows together; none for all."""


@dataclass(frozen=True, slots=True)
class PushFilter:
    """Which pushes: of these records and this manager, in these states; `number` is that of any of the three."""

    manager_id: UUID | None = None
    demand_id: UUID | None = None
    achievement_id: UUID | None = None
    states: Collection[PushState] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How many pushes wait for an answer now, and how many are postponed to a later time."""

    actionable: int
    postponed: int


def inbox_page(
    session: Session,
    paging: PageRequest,
    states: Collection[PushState] | None = None,
    *,
    principal: Principal,
    policy: Policy,
    shown_lists: ImpressionLog,
) -> Page[PushRead]:
    """The principal's pushes, best first: those in these states, or without states those that can be answered now.

    The first page of the latter is recorded as shown, from which the ranker learns.
    """
    require(principal, Action.PUSH_LIST, own=True)
    query = queries.visible(select(Push), principal)
    query = query.where(Push.state.in_(states)) if states else queries.only_actionable(query, now())
    rows, following = fetch_page(session, query, _BEST_FIRST, paging)
    if not states and paging.cursor is None and rows and principal.manager_id is not None:
        shown_lists.keep(
            principal,
            surface=SURFACE,
            subject_id=principal.manager_id,
            pairs=shown_in_inbox(session, rows),
            model_version=rows[0].model_version,
        )
    return Page(items=read_many(session, rows, principal=principal, policy=policy), next_cursor=following)


def shelf_page(
    session: Session, paging: PageRequest, shelf: InboxShelf, *, principal: Principal, policy: Policy
) -> Page[PushRead]:
    """The principal's pushes on a shelf other than the actionable ones, the latest first."""
    require(principal, Action.PUSH_LIST, own=True)
    query = queries.visible(select(Push), principal).where(Push.state.in_(_STATES[shelf]))
    rows, following = fetch_page(session, query, _NEWEST_FIRST, paging)
    return Page(items=read_many(session, rows, principal=principal, policy=policy), next_cursor=following)


def push_page(
    session: Session, paging: PageRequest, wanted: PushFilter, *, principal: Principal, policy: Policy
) -> Page[PushRead]:
    """The pushes that the principal may see, the newest first."""
    require(principal, Action.PUSH_LIST, own=True)
    query = queries.visible(select(Push), principal)
    for column, value in (
        (Push.manager_id, wanted.manager_id),
        (Push.demand_id, wanted.demand_id),
        (Push.achievement_id, wanted.achievement_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.states:
        query = query.where(Push.state.in_(wanted.states))
    if wanted.number:
        query = query.where(_about_number(wanted.number.strip().upper()))
    rows, following = fetch_page(session, query, _FIRST_PUSHED_LAST, paging)
    return Page(items=read_many(session, rows, principal=principal, policy=policy), next_cursor=following)


def _about_number(number: str) -> ColumnElement[bool]:
    return or_(
        Push.demand_id.in_(select(Demand.id).where(Demand.number == number)),
        Push.achievement_id.in_(select(Achievement.id).where(Achievement.number == number)),
        Push.manager_id.in_(select(Manager.id).where(Manager.number == number)),
    )


def inbox_counts(session: Session, *, principal: Principal) -> InboxCounts:
    """The principal's pushes that wait for an answer, and those postponed beyond now."""
    require(principal, Action.PUSH_LIST, own=True)
    moment = now()
    mine = queries.visible(select(Push), principal)
    actionable = queries.only_actionable(mine, moment)
    postponed = mine.where(
        Push.state == PushState.LATER, Push.snoozed_until > moment, Push.expires_at > moment
    )
    counts = [
        session.scalar(select(func.count()).select_from(query.with_only_columns(Push.id).subquery())) or 0
        for query in (actionable, postponed)
    ]
    return InboxCounts(*counts)


def count_pushed_since(session: Session, since: datetime, *, principal: Principal) -> int:
    """How many of the principal's actionable pushes came after `since`."""
    require(principal, Action.PUSH_LIST, own=True)
    query = queries.only_actionable(queries.visible(select(Push), principal), now())
    newer = query.where(Push.pushed_at > since).with_only_columns(Push.id).subquery()
    return session.scalar(select(func.count()).select_from(newer)) or 0


def undoable_answers(session: Session, *, principal: Principal, policy: Policy) -> list[PushRead]:
    """The principal's answers that can be undone now, the latest first."""
    require(principal, Action.PUSH_LIST, own=True)
    moment = now()
    query = (
        queries.visible(select(Push), principal)
        .where(
            Push.state.in_((PushState.ACCEPTED, PushState.DECLINED)),
            Push.undo_until > moment,
            Push.expires_at > moment,
        )
        .order_by(Push.answered_at.desc(), Push.id)
        .limit(_MOST_UNDOABLE)
    )
    found = undoable(session, session.scalars(query).all(), policy=policy)
    return read_many(session, found, principal=principal, policy=policy)


def other_pushes_of_demand(
    session: Session, push: PushRead, *, principal: Principal, policy: Policy
) -> list[PushRead]:
    """The principal's other actionable pushes of the same demand, best first."""
    query = queries.only_actionable(queries.visible(select(Push), principal), now())
    rows = session.scalars(
        query.where(Push.demand_id == push.demand.id, Push.id != push.id)
        .order_by(Push.rank_key.desc())
        .limit(_MOST_OTHERS)
    ).all()
    return read_many(session, rows, principal=principal, policy=policy)

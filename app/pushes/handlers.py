"""What pushing does when something has happened: the table event → handlers of this concept."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.events.outbox import ClaimedEvent, Handler
from app.libraries.managers.models import Manager
from app.pushes import queries
from app.pushes.assignment.runs import DUE, assignment_handler
from app.pushes.digests.manager_digest import make_digest
from app.pushes.digests.owner_digest import make_owner_digest
from app.pushes.inbox import stream_log
from app.pushes.models import OCCUPYING, Push
from app.pushes.planning.engagement_reassignment import passing_on_handlers
from app.pushes.planning.overdue_reassignment import plan_reassignment, reassign_overdue
from app.pushes.planning.pair_plan import PairPlan, Recommender
from app.pushes.planning.plan import plan_for_manager, plan_pairs
from app.pushes.planning.revision import revise
from app.pushes.planning.writer import write_pushes
from app.pushes.policy import Policy, policy_of
from app.settings import Settings

Plans = list[PairPlan]

FEEDBACK = ("push.accepted", "push.postponed", "push.undone", "match.reported")
"""What people said of matches: of no consequence to pushing itself, and there for whoever learns from it."""


def event_handlers(recommender: Recommender, settings: Settings) -> Mapping[str, Sequence[Handler]]:
    """Each handler is harmless when run twice: it reads what is, and the rules know what was pushed before."""
    policy = policy_of(settings, recommender)
    stream_log.follow()

    def write(session: Session, _: ClaimedEvent, plans: Plans) -> None:
        write_pushes(session, plans, policy=policy)

    def plan_record(session: Session, event: ClaimedEvent) -> Plans:
        pairs = session.scalars(queries.good_pairs_of(_subject(event), policy)).all()
        return plan_pairs(session, recommender, pairs, policy=policy)

    def write_next(session: Session, event: ClaimedEvent, plans: Plans) -> None:
        push = session.get(Push, _subject(event))
        if push is not None and push.state not in OCCUPYING:  # else the answer was undone meanwhile
            write_pushes(session, plans, policy=policy, follows=push.id)

    def plan_next(session: Session, event: ClaimedEvent) -> Plans:
        push = session.get(Push, _subject(event))
        if push is None or push.state in OCCUPYING:
            return []
        pairs = session.scalars(queries.good_pair(push.demand_id, push.achievement_id, policy)).all()
        return plan_pairs(session, recommender, pairs, policy=policy)

    def plan_newcomer(session: Session, event: ClaimedEvent) -> Plans:
        manager = session.get(Manager, _subject(event))
        return [] if manager is None else plan_for_manager(session, recommender, manager, policy=policy)

    def revise_live(session: Session, event: ClaimedEvent, _: None) -> None:
        live = session.scalars(queries.pending_of(_subject(event))).all()
        revise(session, live, policy=policy)

    def revise_ranked(session: Session, event: ClaimedEvent, _: None) -> None:
        live = session.scalars(queries.pending_of(_subject(event))).all()
        revise(session, live, policy=policy, ranked_fully=event.payload.get("complete", False))

    revised, revised_by_rank = (Handler(plan=_nothing, apply=apply) for apply in (revise_live, revise_ranked))
    new_pushes, newcomer = (Handler(plan=plan, apply=write) for plan in (plan_record, plan_newcomer))
    next_manager = Handler(plan=plan_next, apply=write_next)
    return {
        "pairs.ranked": (revised_by_rank, new_pushes),
        "demand.withdrawn": (revised,),
        "demand.closed": (revised,),
        "achievement.withdrawn": (revised,),
        "achievement.closed": (revised,),
        "manager.published": (newcomer,),
        "manager.changed": (revised, newcomer),
        "manager.withdrawn": (revised,),
        "manager.closed": (revised,),
        "push.declined": (next_manager,),
        "push.expired": (next_manager,),
        "push.cancelled": (next_manager,),
        **_owners_handlers(recommender, policy),
        **_timely_handlers(recommender, policy),
        **passing_on_handlers(recommender, policy),
        **dict.fromkeys(FEEDBACK, ()),
    }


def _owners_handlers(recommender: Recommender, policy: Policy) -> Mapping[str, Sequence[Handler]]:
    """What owners say of matches: one who is interested may have stood in the way before."""

    def plan(session: Session, event: ClaimedEvent) -> Plans:
        if not event.payload["interested"]:
            return []
        key = (UUID(event.payload["demand_id"]), UUID(event.payload["achievement_id"]))
        pairs = session.scalars(queries.good_pair(*key, policy)).all()
        return plan_pairs(session, recommender, pairs, policy=policy)

    def write(session: Session, _: ClaimedEvent, plans: Plans) -> None:
        write_pushes(session, plans, policy=policy)

    return {"owner.answered": (Handler(plan=plan, apply=write),)}


def _timely_handlers(recommender: Recommender, policy: Policy) -> Mapping[str, Sequence[Handler]]:
    """What the clock announces: hand-over, and the lists of the day."""

    def plan_overdue(session: Session, event: ClaimedEvent) -> Plans:
        return plan_reassignment(session, recommender, _subject(event), policy=policy)

    def give_away(session: Session, event: ClaimedEvent, plans: Plans) -> None:
        reassign_overdue(session, _subject(event), plans, policy=policy)

    def digest(session: Session, event: ClaimedEvent, _: None) -> None:
        make_digest(session, _subject(event))

    def owner_digest(session: Session, event: ClaimedEvent, _: None) -> None:
        make_owner_digest(session, _subject(event), policy=policy)

    return {
        "push.overdue": (Handler(plan=plan_overdue, apply=give_away),),
        "digest.due": (Handler(plan=_nothing, apply=digest),),
        "owner_digest.due": (Handler(plan=_nothing, apply=owner_digest),),
        DUE: (assignment_handler(recommender, policy),),
    }


def merge(*tables: Mapping[str, Sequence[Handler]]) -> dict[str, tuple[Handler, ...]]:
    """One table of several concepts' tables, the first concept's handlers first."""
    merged: dict[str, tuple[Handler, ...]] = {}
    for table in tables:
        for name, handlers in table.items():
            merged[name] = (*merged.get(name, ()), *handlers)
    return merged


def _subject(event: ClaimedEvent) -> UUID:
    if event.subject_id is None:
        raise ValueError(f"event {event.name} names no record")
    return event.subject_id


def _nothing(_: Session, __: ClaimedEvent) -> None:
    """No plan is needed by what reads the present rows under lock."""

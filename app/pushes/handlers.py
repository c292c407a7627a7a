"""What pushing does when something has happened: the table event → handlers of this concept."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.events import Claimed, Handler
from app.libraries.managers.models import Manager
from app.pushes import queries
from app.pushes.assignment_runs import DUE, assignment_handler
from app.pushes.models import Push
from app.pushes.planning import PairPlan, Recommender, plan_for_manager, plan_pairs, revise, write_pushes
from app.pushes.standing import Policy
from app.settings import Settings

Plans = list[PairPlan]


def policy_of(settings: Settings, recommender: Recommender) -> Policy:
    """The ranker's own threshold holds unless a setting overrides it."""
    threshold = settings.push_threshold if settings.push_threshold is not None else recommender.threshold
    return Policy(threshold=threshold, places=settings.pushes_per_pair, expiry=settings.push_expiry)


def event_handlers(recommender: Recommender, settings: Settings) -> Mapping[str, Sequence[Handler]]:
    """Each handler is harmless when run twice: it reads what is, and the rules know what was pushed before."""
    policy = policy_of(settings, recommender)

    def write(session: Session, _: Claimed, plans: Plans) -> None:
        write_pushes(session, plans, policy=policy)

    def plan_record(session: Session, event: Claimed) -> Plans:
        pairs = session.scalars(queries.good_pairs_of(_subject(event), policy)).all()
        return plan_pairs(session, recommender, pairs, policy=policy)

    def plan_next(session: Session, event: Claimed) -> Plans:
        push = session.get(Push, _subject(event))
        if push is None:
            return []
        pairs = session.scalars(queries.good_pair(push.demand_id, push.achievement_id, policy)).all()
        return plan_pairs(session, recommender, pairs, policy=policy)

    def plan_newcomer(session: Session, event: Claimed) -> Plans:
        manager = session.get(Manager, _subject(event))
        return [] if manager is None else plan_for_manager(session, recommender, manager, policy=policy)

    def revise_live(session: Session, event: Claimed, _: None) -> None:
        live = session.scalars(queries.live_of(_subject(event))).all()
        revise(session, live, policy=policy)

    def revise_ranked(session: Session, event: Claimed, _: None) -> None:
        live = session.scalars(queries.live_of(_subject(event))).all()
        revise(session, live, policy=policy, ranked_fully=event.payload.get("complete", False))

    revised, revised_by_rank = (Handler(plan=_nothing, apply=apply) for apply in (revise_live, revise_ranked))
    new_pushes, next_manager, newcomer = (
        Handler(plan=plan, apply=write) for plan in (plan_record, plan_next, plan_newcomer)
    )
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
        DUE: (assignment_handler(recommender, policy),),
    }


def merge(*tables: Mapping[str, Sequence[Handler]]) -> dict[str, tuple[Handler, ...]]:
    """One table of several concepts' tables, the first concept's handlers first."""
    merged: dict[str, tuple[Handler, ...]] = {}
    for table in tables:
        for name, handlers in table.items():
            merged[name] = (*merged.get(name, ()), *handlers)
    return merged


def _subject(event: Claimed) -> UUID:
    if event.subject_id is None:
        raise ValueError(f"event {event.name} names no record")
    return event.subject_id


def _nothing(_: Session, __: Claimed) -> None:
    """Revising needs no plan: it reads the present rows under lock."""

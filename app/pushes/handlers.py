"""Event handlers of pushes.

Each handler may run twice: it reads the present rows, and the rules know what was pushed before.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.organisations.groups import whole_families
from app.accounts.organisations.merges.decisions import DECIDED, TIES
from app.events.catalogue import FilingChanged, OrganisationChanged, OwnerAnswered, PairsRanked
from app.events.catalogue.contracts import ContractEvent
from app.events.catalogue.engagements import EngagementEvent
from app.events.domain_event import ClaimedEvent, subject_id_of
from app.libraries.managers.models import Manager
from app.pushes import queries
from app.pushes.digests.manager_digest import make_digest
from app.pushes.digests.owner_digest import make_owner_digest
from app.pushes.models import OCCUPYING, Push
from app.pushes.planning.overdue_reassignment import plan_reassignment, reassign_overdue
from app.pushes.planning.pair_plan import PairPlan
from app.pushes.planning.plan import plan_for_manager, plan_pairs
from app.pushes.planning.resumption import cancelled_for_ties, cancelled_of, cancelled_of_pair, resume
from app.pushes.planning.revision import revise
from app.pushes.planning.writer import write_pushes
from app.pushes.policy import current_policy
from app.pushes.recommender import Recommender
from app.services import Services

Plans = list[PairPlan]


def plan_record(services: Services, session: Session, event: ClaimedEvent) -> Plans:
    """Plan managers for the good pairs of a record that was ranked."""
    policy = current_policy(session, services)
    pairs = session.scalars(queries.good_pairs_of(subject_id_of(event), policy)).all()
    return plan_pairs(session, services[Recommender], pairs, policy=policy)


def plan_new_manager(services: Services, session: Session, event: ClaimedEvent) -> Plans:
    """Plan pairs with a free slot for a manager who was published or has changed."""
    manager = session.get(Manager, subject_id_of(event))
    if manager is None:
        return []
    policy = current_policy(session, services)
    return plan_for_manager(session, services[Recommender], manager, policy=policy)


def plan_interest(services: Services, session: Session, event: ClaimedEvent) -> Plans:
    """Plan managers for a pair in which an owner is interested: they may have refused it before."""
    answer = OwnerAnswered.of(event)
    if not answer.interested:
        return []
    policy = current_policy(session, services)
    pairs = session.scalars(queries.good_pair(answer.demand_id, answer.achievement_id, policy)).all()
    return plan_pairs(session, services[Recommender], pairs, policy=policy)


def write_planned(services: Services, session: Session, _: ClaimedEvent, plans: Plans) -> None:
    """Push the pairs to the planned managers, as far as the rules allow it now."""
    write_pushes(session, plans, policy=current_policy(session, services))


def plan_next_manager(services: Services, session: Session, event: ClaimedEvent) -> Plans:
    """Plan the next managers for the pair of a push that has ended."""
    push = session.get(Push, subject_id_of(event))
    if push is None or push.state in OCCUPYING:
        return []
    policy = current_policy(session, services)
    pairs = session.scalars(queries.good_pair(push.demand_id, push.achievement_id, policy)).all()
    return plan_pairs(session, services[Recommender], pairs, policy=policy)


def write_next_manager(services: Services, session: Session, event: ClaimedEvent, plans: Plans) -> None:
    """Push the pair to the next manager, unless the answer was undone meanwhile."""
    push = session.get(Push, subject_id_of(event))
    if push is not None and push.state not in OCCUPYING:
        write_pushes(session, plans, policy=current_policy(session, services), follows=push.id)


def plan_overdue(services: Services, session: Session, event: ClaimedEvent) -> Plans:
    """Plan the managers who may receive the pair instead."""
    policy = current_policy(session, services)
    return plan_reassignment(session, services[Recommender], subject_id_of(event), policy=policy)


def write_overdue(services: Services, session: Session, event: ClaimedEvent, plans: Plans) -> None:
    """Expire the push and push the pair to the next manager, if there is one."""
    policy = current_policy(session, services)
    reassign_overdue(session, subject_id_of(event), plans, policy=policy)


def revise_pending(services: Services, session: Session, event: ClaimedEvent) -> None:
    """Cancel the pending pushes that the rules no longer allow, and update the scores of the others."""
    pending = session.scalars(queries.pending_of(subject_id_of(event))).all()
    revise(session, pending, policy=current_policy(session, services))


def revise_filed(services: Services, session: Session, event: ClaimedEvent) -> None:
    """As `revise_pending`, for the pushes of a manager whose filing has changed."""
    pending = session.scalars(queries.pending_of(FilingChanged.of(event).manager_id)).all()
    revise(session, pending, policy=current_policy(session, services))


def follow_account(services: Services, session: Session, event: ClaimedEvent) -> None:
    """The pushes of a manager whose account was closed go to the next managers; the manager who is back has theirs."""
    policy = current_policy(session, services)
    for manager_id in session.scalars(
        select(Manager.id).where(Manager.user_id == subject_id_of(event))
    ).all():
        revise(session, session.scalars(queries.pending_of(manager_id)).all(), policy=policy)
        resume(session, session.scalars(cancelled_of(manager_id)).all(), policy=policy)


def revise_ranked(services: Services, session: Session, event: ClaimedEvent) -> None:
    """As `revise_pending`; after a complete ranking, a pair without a score is no longer good. Pushes that were
    cancelled are pending again if the record is as it was, for example published again after a correction."""
    ranked = PairsRanked.of(event)
    policy = current_policy(session, services)
    pending = session.scalars(queries.pending_of(ranked.subject_id)).all()
    revise(session, pending, policy=policy, ranked_fully=ranked.complete)
    resume(session, session.scalars(cancelled_of(ranked.subject_id)).all(), policy=policy)


def resume_of_manager(services: Services, session: Session, event: ClaimedEvent) -> None:
    """Make pushes pending again that ended only because the manager's record was withdrawn for a while."""
    cancelled = session.scalars(cancelled_of(subject_id_of(event))).all()
    resume(session, cancelled, policy=current_policy(session, services))


def resume_of_contract(services: Services, session: Session, event: ClaimedEvent) -> None:
    """Make pushes pending again that ended because of the contract, unless the pair is still in a deal."""
    contract = ContractEvent.of(event)
    if contract.demand_id is None or contract.achievement_id is None:
        return
    cancelled = session.scalars(cancelled_of_pair((contract.demand_id, contract.achievement_id))).all()
    resume(session, cancelled, policy=current_policy(session, services))


def revise_of_organisation(services: Services, session: Session, event: ClaimedEvent) -> None:
    """Cancel pending pushes that a new credit code, name or parent of an organisation forbids, or a decision of the
    bureau about it; those that ended for a tie and are allowed now are pending again."""
    changed = OrganisationChanged.of(event)
    if TIES.isdisjoint(changed.changed):
        return
    policy = current_policy(session, services)
    family = whole_families(session, [changed.subject_id]).keys()
    revise(session, queries.pending_with_parties(session, family), policy=policy)
    tied = queries.managers_tied_to(session, family)
    resume(session, session.scalars(cancelled_for_ties(tied)).all(), policy=policy)


def plan_tied_managers(services: Services, session: Session, event: ClaimedEvent) -> Plans:
    """Plan pairs for the managers with a tie to an organisation about which the bureau has decided: what might have
    been a conflict may be none."""
    changed = OrganisationChanged.of(event)
    if DECIDED.isdisjoint(changed.changed):
        return []
    policy = current_policy(session, services)
    family = whole_families(session, [changed.subject_id]).keys()
    managers = [session.get_one(Manager, id_) for id_ in queries.managers_tied_to(session, family)]
    return [
        plan
        for manager in managers
        for plan in plan_for_manager(session, services[Recommender], manager, policy=policy)
    ]


def revise_refused(services: Services, session: Session, event: ClaimedEvent) -> None:
    """Cancel the pending pushes of a pair in which an owner is not interested."""
    answer = OwnerAnswered.of(event)
    if not answer.interested:
        _revise_pair(services, session, answer.demand_id, answer.achievement_id)


def revise_engaged(services: Services, session: Session, event: ClaimedEvent) -> None:
    """Cancel the other pushes of a pair that is being brokered."""
    engagement = EngagementEvent.of(event)
    _revise_pair(services, session, engagement.demand_id, engagement.achievement_id)


def revise_contracted(services: Services, session: Session, event: ClaimedEvent) -> None:
    """Cancel the pushes of a pair that has led to a contract."""
    contract = ContractEvent.of(event)
    if contract.demand_id is not None and contract.achievement_id is not None:
        _revise_pair(services, session, contract.demand_id, contract.achievement_id)


def _revise_pair(services: Services, session: Session, demand_id: UUID, achievement_id: UUID) -> None:
    pending = session.scalars(queries.pending_of_pairs([(demand_id, achievement_id)])).all()
    revise(session, [push.id for push in pending], policy=current_policy(session, services))


def make_manager_digest(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Create the manager's digest of the day, with its message."""
    make_digest(session, subject_id_of(event))


def make_organisation_digest(services: Services, session: Session, event: ClaimedEvent) -> None:
    """Create the organisation's digest of the day, with its message."""
    make_owner_digest(session, subject_id_of(event), policy=current_policy(session, services))

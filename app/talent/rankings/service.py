"""Rankings: creation, computation, and publication with honours."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, allowed, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.clock import last_day, today
from app.conditional_requests import check_if_match, check_if_sent
from app.database import now, one_or_not_found
from app.errors import Conflict
from app.events.catalogue import RankingPublished
from app.events.outbox import emit
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordState
from app.libraries.record.reference_numbers import take_numbers
from app.talent import awards
from app.talent.rankings.formula import Formula, Ranked, default_formula, rank
from app.talent.rankings.loader import values_of
from app.talent.rankings.models import TRANSITIONS, Ranking, RankingEntry, RankingState
from app.talent.rankings.schemas import RankingCreate, RankingPatch
from app.talent.responses import refuse_cleared
from app.talent.tiers.engine import plain
from app.talent.tiers.loader import managers_with_tier_inputs
from app.talent.tiers.rules import rules_of_begun_year
from app.talent.transitions import begin, take_transition


def create(session: Session, body: RankingCreate, *, principal: Principal) -> Ranking:
    """
    Raises:
        Invalid: no tier rules apply to that year, by which contracts could be counted.
    """
    require(principal, Action.RANKING_MANAGE)
    rules_of_begun_year(body.year)
    (number,) = take_numbers(session, "PM", prefix="PM")
    ranking = Ranking(
        number=number,
        year=body.year,
        title=body.title,
        formula=(body.formula or default_formula()).model_dump(mode="json"),
        honours=[honour.model_dump() for honour in body.honours],
        created_by=principal.user_id,
    )
    session.add(ranking)
    begin(session, ranking, concept="ranking", principal=principal)
    return ranking


def find(session: Session, ranking_id: UUID, *, principal: Principal, lock: bool = False) -> Ranking:
    """
    Raises:
        NotFound: it does not exist, or is not published and the principal is no operator.
    """
    require(principal, Action.RANKING_READ)
    query = select(Ranking).where(Ranking.id == ranking_id)
    if not allowed(principal, Action.RANKING_MANAGE, own=False):
        query = query.where(Ranking.state == RankingState.PUBLISHED)
    ranking = one_or_not_found(session, query.with_for_update(of=Ranking) if lock else query)
    return ranking


def change(
    session: Session, ranking_id: UUID, body: RankingPatch, *, principal: Principal, if_match: str | None
) -> Ranking:
    """Change a ranking; new formulas or honours discard the computed result.

    Raises:
        Conflict: it is published.
        Invalid: a required field is null.
    """
    require(principal, Action.RANKING_MANAGE)
    ranking = find(session, ranking_id, principal=principal, lock=True)
    check_if_match(if_match, ranking)
    if ranking.state == RankingState.PUBLISHED:
        raise Conflict(
            "A published ranking cannot be changed.",
            "已公布的评选不能修改。",
            code="wrong_state",
            state=ranking.state,
        )
    values = body.model_dump(mode="json", exclude_unset=True)
    refuse_cleared(values)
    for name, value in values.items():
        setattr(ranking, name, value)
    if body.formula is not None or body.honours is not None:
        _discard_result(session, ranking)
    session.flush()
    return ranking


def compute(
    session: Session, ranking_id: UUID, *, principal: Principal, if_match: str | None = None
) -> Ranking:
    """Compute the ranking from the current figures; may be repeated until publication.

    Raises:
        Conflict: it is published.
    """
    require(principal, Action.RANKING_MANAGE)
    ranking = find(session, ranking_id, principal=principal, lock=True)
    check_if_sent(if_match, ranking)
    take_transition(
        session, ranking, TRANSITIONS["compute"], states=RankingState, concept="ranking", principal=principal
    )
    session.execute(delete(RankingEntry).where(RankingEntry.ranking_id == ranking.id))
    managers = {
        row.id: row
        for row in session.scalars(
            select(Manager).where(
                Manager.id.in_(managers_with_tier_inputs(session)), Manager.state == RecordState.PUBLISHED
            )
        )
    }
    ranked = rank(
        Formula.model_validate(ranking.formula), values_of(session, list(managers), year=ranking.year)
    )
    session.add_all(_entry(ranking, managers[result.manager_id], result) for result in ranked)
    ranking.as_of, ranking.computed_at = last_day(ranking.year, today()), now()
    session.flush()
    return ranking


def publish(
    session: Session, ranking_id: UUID, *, principal: Principal, if_match: str | None = None
) -> Ranking:
    """Publish the ranking with formula and contributions, and add the honours to the managers' records.

    Raises:
        Conflict: it is not computed, or already published.
    """
    require(principal, Action.RANKING_MANAGE)
    ranking = find(session, ranking_id, principal=principal, lock=True)
    check_if_sent(if_match, ranking)
    take_transition(
        session, ranking, TRANSITIONS["publish"], states=RankingState, concept="ranking", principal=principal
    )
    ranking.published_at = now()
    rows = session.execute(
        select(RankingEntry.manager_id, RankingEntry.honour).where(
            RankingEntry.ranking_id == ranking.id, RankingEntry.honour.is_not(None)
        )
    )
    issuer = issuer_of(session, principal)
    honours = {id_: {"name": name, "year": ranking.year, "issuer": issuer} for id_, name in rows}
    awards.add_honours(session, honours, principal=principal, note=ranking.number)
    listed = session.scalars(select(RankingEntry.manager_id).where(RankingEntry.ranking_id == ranking.id))
    emit(session, RankingPublished(subject_id=ranking.id, year=ranking.year, manager_ids=list(listed.all())))
    session.flush()
    return ranking


def issuer_of(session: Session, principal: Principal) -> str:
    """The name of the organisation that awards an honour."""
    if principal.organisation_id is None:
        return "主管部门"
    return session.get_one(Organisation, principal.organisation_id).name


def _discard_result(session: Session, ranking: Ranking) -> None:
    session.execute(delete(RankingEntry).where(RankingEntry.ranking_id == ranking.id))
    ranking.state = RankingState.DRAFT
    ranking.as_of = ranking.computed_at = None


def _entry(ranking: Ranking, manager: Manager, result: Ranked) -> RankingEntry:
    return RankingEntry(
        ranking_id=ranking.id,
        manager_id=manager.id,
        manager_number=manager.number,
        manager_name=manager.title,
        place=result.place,
        points=result.points,
        contributions=[
            {
                "name": contribution.name.value,
                "value": plain(contribution.value),
                "weight": plain(contribution.weight),
                "full_at": plain(contribution.full_at),
                "points": plain(contribution.points),
            }
            for contribution in result.contributions
        ],
        honour=_honour(ranking.honours, result),
    )


def _honour(honours: list[dict[str, Any]], result: Ranked) -> str | None:
    """The honour of a place; None without points."""
    if result.points <= 0:
        return None
    return next(
        (
            str(honour["name"])
            for honour in honours
            if honour["first_place"] <= result.place <= honour["last_place"]
        ),
        None,
    )

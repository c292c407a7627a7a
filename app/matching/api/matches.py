"""Routes of matching: matches of a record or of a text, managers for a pair, the best pairs overall."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, LoggedIn, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.admission.dependencies import REFUSALS, MatchingTurn
from app.database import ReadSession, by_id, now, one_or_not_found
from app.errors import Forbidden, Invalid, NotFound, Unauthenticated, problems
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.disclosure.visibility import knows_owner, own_rows, owns, present, visible
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordKind, RecordState
from app.matching.api.filters import AchievementFilters, DemandFilters
from app.matching.api.presenter import AnyRecord, AppMatcher, matches_out, owners_of
from app.matching.api.schemas import (
    MatchesOut,
    PairOut,
    RecommendationOut,
    RecommendationsOut,
    TextMatchIn,
)
from app.matching.feedback.impressions import ImpressionLog, Shown, shown_pairs
from app.matching.matcher import Matcher
from app.matching.models import Pair
from app.matching.ranking.explanation import shown
from app.matching.results import MatchAnswer, PairMatch, RecommendationReader
from app.paging import Page, Paging, Sort, fetch_page

router = APIRouter(
    prefix="/v1",
    tags=["匹配 Matching"],
    responses=problems(Unauthenticated, Forbidden) | REFUSALS,
)


@router.get("/demands/{demand_id}/matches", summary="需求的匹配成果", responses=problems(NotFound, Invalid))
def demand_matches(
    demand_id: UUID,
    _: MatchingTurn,
    session: ReadSession,
    principal: LoggedIn,
    matcher: AppMatcher,
    filters: AchievementFilters,
    shown_lists: Shown,
) -> MatchesOut:
    """按分数排列的成果及理由。刚发布的记录立即可见;没有达到阈值的成果时,no_good_match 说明原因。"""
    demand = _readable(session, Demand, demand_id, principal)
    require(principal, Action.MATCH_READ, own=owns(principal, demand))
    wanted = filters.pair_filter(principal, RecordKind.ACHIEVEMENT)
    answer = matcher.for_demand(session, demand, limit=filters.limit, filters=wanted)
    own = owns(principal, demand)
    _keep(shown_lists, answer, principal, "demand_matches", demand_id)
    return matches_out(session, answer, RecordKind.ACHIEVEMENT, principal, own_demand=own)


@router.get(
    "/achievements/{achievement_id}/matches", summary="成果的匹配需求", responses=problems(NotFound, Invalid)
)
def achievement_matches(
    achievement_id: UUID,
    _: MatchingTurn,
    session: ReadSession,
    principal: LoggedIn,
    matcher: AppMatcher,
    filters: DemandFilters,
    shown_lists: Shown,
) -> MatchesOut:
    """按分数排列的需求及理由;匿名需求不显示单位。"""
    achievement = _readable(session, Achievement, achievement_id, principal)
    require(principal, Action.MATCH_READ, own=owns(principal, achievement))
    wanted = filters.pair_filter(principal, RecordKind.DEMAND)
    answer = matcher.for_achievement(session, achievement, limit=filters.limit, filters=wanted)
    _keep(shown_lists, answer, principal, "achievement_matches", achievement_id)
    return matches_out(session, answer, RecordKind.DEMAND, principal)


@router.post("/matches/text", summary="按文字匹配", responses=problems(Invalid))
def text_matches(
    wanted: TextMatchIn, _: MatchingTurn, session: ReadSession, principal: LoggedIn, matcher: AppMatcher
) -> MatchesOut:
    """用一段文字寻找成果或需求,什么都不保存。"""
    require(principal, Action.MATCH_TEXT)
    if not principal.reads_details:
        raise Forbidden(
            "Matching of free text is available to members of organisations that the bureau has verified.",
            "按文字匹配仅供经主管部门核验的单位使用。",
            code="not_verified",
        )
    answer = matcher.for_text(
        session,
        wanted.text,
        looking_for=wanted.looking_for,
        limit=wanted.limit,
        filters=wanted.pair_filter(principal, wanted.looking_for),
    )
    return matches_out(session, answer, wanted.looking_for, principal)


@router.get(
    "/recommendations", summary="为供需对推荐技术经理人", responses=problems(NotFound, Forbidden, Invalid)
)
def recommendations(
    demand_id: UUID,
    achievement_id: UUID,
    _: MatchingTurn,
    session: ReadSession,
    principal: LoggedIn,
    matcher: AppMatcher,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> RecommendationsOut:
    """合适的技术经理人及理由。有利益冲突或在办已满的也列出并标明,但不推荐;与匿名单位的冲突在推送时核对。"""
    demand = _readable(session, Demand, demand_id, principal)
    achievement = _readable(session, Achievement, achievement_id, principal)
    party = owns(principal, demand) or owns(principal, achievement)
    require(principal, Action.RECOMMENDATION_READ, own=party)
    reader = RecommendationReader(
        knows_demand_owner=knows_owner(principal, demand),
        knows_achievement_owner=knows_owner(principal, achievement),
        knows_exclusions=owns(principal, demand) or principal.sees_everything,
    )
    recommendations = matcher.managers_for(session, demand, achievement, limit=limit, reader=reader)
    managers = by_id(session, Manager, [item.manager_id for item in recommendations])
    organisations = owners_of(session, managers.values())
    seen = {
        id_: present(manager, principal, organisations=organisations) for id_, manager in managers.items()
    }
    return RecommendationsOut(
        demand_id=demand_id,
        achievement_id=achievement_id,
        items=[
            RecommendationOut(
                rank=rank,
                manager=seen[item.manager_id],
                score=item.score,
                recommended=item.recommended,
                conflict=dict(item.conflict) if item.conflict else None,
                full=item.full,
                reasons=_of_manager(item.reasons, seen[item.manager_id], principal),
            )
            for rank, item in enumerate(recommendations, 1)
        ],
    )


PairKey = tuple[UUID, UUID]
"""Demand and achievement."""

_HISTORY = frozenset({"acceptance", "success"})


def _of_manager(
    reasons: Mapping[str, Any], manager: Mapping[str, Any], principal: Principal
) -> dict[str, Any]:
    """Response rates are confidential between a manager and the bureau: parties see good ones without the figures."""
    seen = dict(shown(reasons, manager["view_level"]))
    if not principal.sees_everything and "contributions" in seen:
        seen["contributions"] = {
            name: value for name, value in seen["contributions"].items() if name not in _HISTORY
        }
    return seen


_BEST = Sort(Pair.score, float, descending=True, name="score")


@router.get("/pairs", summary="全库最好的供需对", responses=problems(Forbidden, Invalid))
def best_pairs(
    _: MatchingTurn, session: ReadSession, principal: LoggedIn, paging: Paging, matcher: AppMatcher
) -> Page[PairOut]:
    """分数最高的供需对;分数和理由与匹配列表此刻给出的一致。企业和高校院所只看到有本单位参与的。"""
    require(principal, Action.PAIR_LIST, own=True)
    query = _visible_pairs(select(Pair), principal)
    rows, following = fetch_page(session, query, _BEST, paging)
    demands = by_id(session, Demand, [pair.demand_id for pair in rows])
    achievements = by_id(session, Achievement, [pair.achievement_id for pair in rows])
    organisations = owners_of(session, [*demands.values(), *achievements.values()])
    present_pairs = _present_pairs(session, matcher, rows, demands)
    items = [
        _pair_out(
            pair,
            present_pairs.get((pair.demand_id, pair.achievement_id)),
            present(demands[pair.demand_id], principal, organisations=organisations),
            present(achievements[pair.achievement_id], principal, organisations=organisations),
            matcher.ranker(session).version,
        )
        for pair in rows
    ]
    return Page(items=sorted(items, key=lambda item: -item.score), next_cursor=following)


def _present_pairs(
    session: Session, matcher: Matcher, rows: Sequence[Pair], demands: Mapping[UUID, Demand]
) -> dict[PairKey, PairMatch]:
    """The stored pairs as they are now: the words of the store and the age of an achievement move a score a little."""
    by_demand: dict[UUID, list[UUID]] = {}
    for pair in rows:
        by_demand.setdefault(pair.demand_id, []).append(pair.achievement_id)
    return {
        (demand_id, achievement_id): match
        for demand_id, others in by_demand.items()
        for achievement_id, match in matcher.now_of(session, demands[demand_id], others).items()
    }


def _keep(
    shown_lists: ImpressionLog, answer: MatchAnswer, principal: Principal, surface: str, subject_id: UUID
) -> None:
    shown_lists.keep(
        principal,
        surface=surface,
        subject_id=subject_id,
        pairs=shown_pairs(answer),
        model_version=answer.model_version,
    )


def _pair_out(
    stored: Pair,
    present_pair: PairMatch | None,
    demand: dict[str, Any],
    achievement: dict[str, Any],
    model_version: str,
) -> PairOut:
    """A pair that matching does not give any more is shown as it was stored, until its event removes it."""
    levels = demand["view_level"], achievement["view_level"]
    if present_pair is None:
        return PairOut(
            demand=demand,
            achievement=achievement,
            score=stored.score,
            reasons=shown(stored.reasons, *levels),
            model_version=stored.model_version,
            computed_at=stored.computed_at,
        )
    return PairOut(
        demand=demand,
        achievement=achievement,
        score=present_pair.score,
        reasons=shown(present_pair.reasons, *levels),
        model_version=model_version,
        computed_at=now(),
    )


def _visible_pairs(query: Select[Pair], principal: Principal) -> Select[Pair]:
    """Pairs of two published records that the principal may see; with scope `own`, those of their organisation."""
    query = query.join(Demand, Demand.id == Pair.demand_id).join(
        Achievement, Achievement.id == Pair.achievement_id
    )
    for model in (Demand, Achievement):
        query = visible(query, model, principal).where(model.state == RecordState.PUBLISHED.value)
    if scope_of(principal, Action.PAIR_LIST) is RecordScope.OWN:
        query = query.where(or_(own_rows(Demand, principal), own_rows(Achievement, principal)))
    return query


def _readable(session: Session, model: type[AnyRecord], record_id: UUID, principal: Principal) -> AnyRecord:
    record = one_or_not_found(session, visible(select(model).where(model.id == record_id), model, principal))
    return record

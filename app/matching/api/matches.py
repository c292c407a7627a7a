"""Routes of matching: matches of a record or of a text, managers for a pair, the best pairs overall."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, LoggedIn, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.database import ReadSession, by_id, now
from app.errors import Forbidden, Invalid, NotFound, Unauthenticated, problems
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordState
from app.libraries.visibility.fields import present
from app.libraries.visibility.rows import own_rows, visible
from app.load_limits.dependencies import REFUSALS, MatchingTurn
from app.matching.feedback.impressions import Shown
from app.matching.lists import matches
from app.matching.lists.evidence import located
from app.matching.lists.filters import AchievementFilters, DemandFilters
from app.matching.lists.presenter import AppMatcher, owners_of, score_for
from app.matching.lists.schemas import MatchesOut, PairOut, RecommendationsOut, TextMatchIn
from app.matching.matcher import Matcher
from app.matching.models import Pair
from app.matching.ranking.explanation import shown
from app.matching.results import PairMatch
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
    """按分数排列的成果及理由。刚发布的记录立即可见；没有达到阈值的成果时，no_good_match 说明原因。"""
    return matches.demand_matches(
        session,
        demand_id,
        principal=principal,
        matcher=matcher,
        shown_lists=shown_lists,
        limit=filters.limit,
        filters=filters,
    )


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
    """按分数排列的需求及理由；匿名需求不显示单位。"""
    return matches.achievement_matches(
        session,
        achievement_id,
        principal=principal,
        matcher=matcher,
        shown_lists=shown_lists,
        limit=filters.limit,
        filters=filters,
    )


@router.post("/matches/text", summary="按文字匹配", responses=problems(Invalid))
def text_matches(
    wanted: TextMatchIn, _: MatchingTurn, session: ReadSession, principal: LoggedIn, matcher: AppMatcher
) -> MatchesOut:
    """用一段文字寻找成果或需求，什么都不保存。"""
    return matches.text_matches(session, wanted, principal=principal, matcher=matcher)


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
    """合适的技术经理人及理由。有利益冲突或在办已满的也列出并标明，但不推荐；与匿名单位的冲突在推送时核对。"""
    return matches.recommendations(
        session, demand_id, achievement_id, principal=principal, matcher=matcher, limit=limit
    )


PairKey = tuple[UUID, UUID]
"""Demand and achievement."""

_BEST = Sort(Pair.score, float, descending=True, name="score")


@router.get("/pairs", summary="全库最好的供需对", responses=problems(Forbidden, Invalid))
def best_pairs(
    _: MatchingTurn, session: ReadSession, principal: LoggedIn, paging: Paging, matcher: AppMatcher
) -> Page[PairOut]:
    """分数最高的供需对；分数和理由与匹配列表此刻给出的一致。企业和高校院所只看到有本单位参与的。"""
    require(principal, Action.PAIR_LIST, own=True)
    query = _visible_pairs(select(Pair), principal)
    rows, following = fetch_page(session, query, _BEST, paging)
    demands = by_id(session, Demand, [pair.demand_id for pair in rows])
    achievements = by_id(session, Achievement, [pair.achievement_id for pair in rows])
    organisations = owners_of(session, [*demands.values(), *achievements.values()])
    present_pairs = _present_pairs(session, matcher, rows, demands)
    ranker = matcher.ranker(session)
    items = [
        _pair_out(
            pair,
            present_pairs.get((pair.demand_id, pair.achievement_id)),
            present(demands[pair.demand_id], principal, organisations=organisations),
            present(achievements[pair.achievement_id], principal, organisations=organisations),
            ranker.version,
            ranker.threshold,
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


def _pair_out(
    stored: Pair,
    present_pair: PairMatch | None,
    demand: dict[str, Any],
    achievement: dict[str, Any],
    model_version: str,
    threshold: float,
) -> PairOut:
    """A pair that matching does not give any more is shown as it was stored, until its event removes it."""
    levels = demand["view_level"], achievement["view_level"]
    if present_pair is None:
        return PairOut(
            demand=demand,
            achievement=achievement,
            score=score_for(stored.score, threshold, demand, achievement),
            reasons=located(shown(stored.reasons, *levels), demand, achievement),
            model_version=stored.model_version,
            computed_at=stored.computed_at,
        )
    return PairOut(
        demand=demand,
        achievement=achievement,
        score=score_for(present_pair.score, threshold, demand, achievement),
        reasons=located(shown(present_pair.reasons, *levels), demand, achievement),
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

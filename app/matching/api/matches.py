"""Routes of matching: matches of a record or of a text, managers for a pair, the best pairs overall."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, LoggedIn, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.database import ReadSession, by_id, one_or_not_found
from app.errors import Forbidden, Invalid, NotFound, Unauthenticated, problems
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.disclosure.visibility import knows_owner, own_rows, owns, present, visible
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.validation.values.codes import FieldCodes, LanguageCode, RegionCode
from app.matching.api.presenter import AnyRecord, AppMatcher, matches_out, owners_of
from app.matching.api.schemas import (
    MatchesOut,
    PairOut,
    RecommendationOut,
    RecommendationsOut,
    TextMatchIn,
)
from app.matching.feedback.impressions import ImpressionLog, Shown, shown_pairs
from app.matching.models import Pair
from app.matching.ranking.explanation import shown
from app.matching.results import MatchAnswer, PairFilter
from app.paging import Page, Paging, Sort, fetch_page

router = APIRouter(prefix="/v1", tags=["匹配 Matching"], responses=problems(Unauthenticated, Forbidden))

Wanted = Annotated[int, Query(ge=1, le=100, description="最多返回的匹配数")]


def _filters(
    field: Annotated[FieldCodes | None, Query(description="领域代码;一级代码包含其二级")] = None,
    region: Annotated[RegionCode | None, Query(description="地区;上级包含下级")] = None,
    min_trl: Annotated[int | None, Query(ge=1, le=9, description="最低技术成熟度")] = None,
    language: Annotated[list[LanguageCode] | None, Query(description="语言")] = None,
) -> PairFilter:
    return PairFilter(
        fields=tuple(field or ()), region=region, min_trl=min_trl, languages=tuple(language or ())
    )


Filters = Annotated[PairFilter, Depends(_filters)]


@router.get("/demands/{demand_id}/matches", summary="需求的匹配成果", responses=problems(NotFound, Invalid))
def demand_matches(
    demand_id: UUID,
    session: ReadSession,
    principal: LoggedIn,
    matcher: AppMatcher,
    filters: Filters,
    shown_lists: Shown,
    limit: Wanted = 20,
) -> MatchesOut:
    """按分数排列的成果及理由。刚发布的记录立即可见;没有达到阈值的成果时,no_good_match 说明原因。"""
    demand = _readable(session, Demand, demand_id, principal)
    require(principal, Action.MATCH_READ, own=owns(principal, demand))
    answer = matcher.for_demand(session, demand, limit=limit, filters=filters)
    own = owns(principal, demand)
    _keep(shown_lists, answer, principal, "demand_matches", demand_id)
    return matches_out(session, answer, RecordKind.ACHIEVEMENT, principal, own_demand=own)


@router.get(
    "/achievements/{achievement_id}/matches", summary="成果的匹配需求", responses=problems(NotFound, Invalid)
)
def achievement_matches(
    achievement_id: UUID,
    session: ReadSession,
    principal: LoggedIn,
    matcher: AppMatcher,
    filters: Filters,
    shown_lists: Shown,
    limit: Wanted = 20,
) -> MatchesOut:
    """按分数排列的需求及理由;匿名需求不显示单位。"""
    achievement = _readable(session, Achievement, achievement_id, principal)
    require(principal, Action.MATCH_READ, own=owns(principal, achievement))
    answer = matcher.for_achievement(session, achievement, limit=limit, filters=filters)
    _keep(shown_lists, answer, principal, "achievement_matches", achievement_id)
    return matches_out(session, answer, RecordKind.DEMAND, principal)


@router.post("/matches/text", summary="按文字匹配", responses=problems(Invalid))
def text_matches(
    wanted: TextMatchIn, session: ReadSession, principal: LoggedIn, matcher: AppMatcher
) -> MatchesOut:
    """用一段文字寻找成果或需求,什么都不保存。"""
    require(principal, Action.MATCH_TEXT)
    if not principal.reads_details:
        raise Forbidden(
            "Matching of free text is available to members of organisations that the bureau has verified.",
            "按文字匹配仅供经主管部门核验的单位使用。",
            code="not_verified",
        )
    answer = matcher.for_text(session, wanted.text, looking_for=wanted.looking_for, limit=wanted.limit)
    return matches_out(session, answer, wanted.looking_for, principal)


@router.get(
    "/recommendations", summary="为供需对推荐技术经理人", responses=problems(NotFound, Forbidden, Invalid)
)
def recommendations(
    demand_id: UUID,
    achievement_id: UUID,
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
    hidden = {record.id for record in (demand, achievement) if not knows_owner(principal, record)}
    recommendations = matcher.managers_for(session, demand, achievement, limit=limit, hidden_owners_of=hidden)
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
def best_pairs(session: ReadSession, principal: LoggedIn, paging: Paging) -> Page[PairOut]:
    """分数最高的供需对。企业和高校院所只看到有本单位参与的。"""
    require(principal, Action.PAIR_LIST, own=True)
    query = _visible_pairs(select(Pair), principal)
    rows, following = fetch_page(session, query, _BEST, paging)
    demands = by_id(session, Demand, [pair.demand_id for pair in rows])
    achievements = by_id(session, Achievement, [pair.achievement_id for pair in rows])
    organisations = owners_of(session, [*demands.values(), *achievements.values()])
    return Page(
        items=[
            _pair_out(
                pair,
                present(demands[pair.demand_id], principal, organisations=organisations),
                present(achievements[pair.achievement_id], principal, organisations=organisations),
            )
            for pair in rows
        ],
        next_cursor=following,
    )


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


def _pair_out(pair: Pair, demand: dict[str, Any], achievement: dict[str, Any]) -> PairOut:
    return PairOut(
        demand=demand,
        achievement=achievement,
        score=pair.score,
        reasons=shown(pair.reasons, demand["view_level"], achievement["view_level"]),
        model_version=pair.model_version,
        computed_at=pair.computed_at,
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

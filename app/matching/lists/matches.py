"""Match lists of a record or of a text, and managers for a pair, as one reader may see them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import by_id, one_or_not_found
from app.errors import Forbidden
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordKind
from app.libraries.visibility.fields import knows_owner, present
from app.libraries.visibility.rows import owns, visible
from app.matching.feedback.impressions import ImpressionLog, shown_pairs
from app.matching.lists.filters import OfAchievements, OfDemands
from app.matching.lists.presenter import AnyRecord, matches_out, owners_of
from app.matching.lists.schemas import MatchesOut, RecommendationOut, RecommendationsOut, TextMatchIn
from app.matching.matcher import Matcher
from app.matching.ranking.explanation import shown
from app.matching.results import ManagerRecommendation, MatchAnswer, RecommendationReader


def demand_matches(
    session: Session,
    demand_id: UUID,
    *,
    principal: Principal,
    matcher: Matcher,
    shown_lists: ImpressionLog,
    limit: int,
    filters: OfAchievements | None = None,
) -> MatchesOut:
    """Achievements for a demand, best first.

    Raises:
        NotFound: the reader may not see the demand.
        Forbidden: it is not theirs to match, or they may not filter by amounts.
    """
    demand = _readable(session, Demand, demand_id, principal)
    own = owns(principal, demand)
    require(principal, Action.MATCH_READ, own=own)
    wanted = (filters or OfAchievements()).pair_filter(principal, RecordKind.ACHIEVEMENT)
    answer = matcher.for_demand(session, demand, limit=limit, filters=wanted)
    out = matches_out(
        session,
        answer,
        RecordKind.ACHIEVEMENT,
        principal,
        own_demand=own,
        subject=present(demand, principal),
    )
    _keep(shown_lists, answer, out, principal, "demand_matches", demand_id)
    return out


def achievement_matches(
    session: Session,
    achievement_id: UUID,
    *,
    principal: Principal,
    matcher: Matcher,
    shown_lists: ImpressionLog,
    limit: int,
    filters: OfDemands | None = None,
) -> MatchesOut:
    """Demands for an achievement, best first. Raises as `demand_matches`."""
    achievement = _readable(session, Achievement, achievement_id, principal)
    require(principal, Action.MATCH_READ, own=owns(principal, achievement))
    wanted = (filters or OfDemands()).pair_filter(principal, RecordKind.DEMAND)
    answer = matcher.for_achievement(session, achievement, limit=limit, filters=wanted)
    out = matches_out(session, answer, RecordKind.DEMAND, principal, subject=present(achievement, principal))
    _keep(shown_lists, answer, out, principal, "achievement_matches", achievement_id)
    return out


def text_matches(
    session: Session, wanted: TextMatchIn, *, principal: Principal, matcher: Matcher
) -> MatchesOut:
    """Achievements or demands for a text, best first; nothing is stored.

    Raises:
        Forbidden: the reader's organisation is not verified.
    """
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
    of_demand = wanted.looking_for is RecordKind.ACHIEVEMENT
    subject = {"main_problem" if of_demand else "summary": wanted.text}
    return matches_out(session, answer, wanted.looking_for, principal, subject=subject)


def recommendations(
    session: Session,
    demand_id: UUID,
    achievement_id: UUID,
    *,
    principal: Principal,
    matcher: Matcher,
    limit: int,
) -> RecommendationsOut:
    """Managers for a pair, best first. Conflicts with hidden owners are not considered.

    Raises:
        NotFound: the reader may not see one of the records.
        Forbidden: they are no party.
    """
    demand = _readable(session, Demand, demand_id, principal)
    achievement = _readable(session, Achievement, achievement_id, principal)
    party = owns(principal, demand) or owns(principal, achievement)
    require(principal, Action.RECOMMENDATION_READ, own=party)
    reader = RecommendationReader(
        knows_demand_owner=knows_owner(principal, demand),
        knows_achievement_owner=knows_owner(principal, achievement),
        knows_exclusions=owns(principal, demand) or principal.sees_everything,
    )
    found = matcher.managers_for(session, demand, achievement, limit=limit, reader=reader)
    seen = _seen_managers(session, found, principal)
    return RecommendationsOut(
        demand_id=demand_id,
        achievement_id=achievement_id,
        items=[
            _recommendation(rank, item, seen[item.manager_id], principal)
            for rank, item in enumerate(found, 1)
        ],
    )


def _recommendation(
    rank: int, item: ManagerRecommendation, manager: dict[str, Any], principal: Principal
) -> RecommendationOut:
    return RecommendationOut(
        rank=rank,
        manager=manager,
        score=item.score,
        recommended=item.recommended,
        conflict=dict(item.conflict) if item.conflict else None,
        full=item.full,
        reasons=_of_manager(item.reasons, manager, principal),
    )


def _seen_managers(
    session: Session, found: Sequence[ManagerRecommendation], principal: Principal
) -> dict[UUID, dict[str, Any]]:
    managers = by_id(session, Manager, [item.manager_id for item in found])
    organisations = owners_of(session, managers.values())
    return {
        id_: present(manager, principal, organisations=organisations) for id_, manager in managers.items()
    }


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


def subject_of(
    session: Session, kind: RecordKind, record_id: UUID, *, principal: Principal
) -> dict[str, Any]:
    """The record that is matched, with its owner's name, as its reader sees it.

    Raises:
        NotFound: there is none, or the principal may not see it.
    """
    record: Demand | Achievement = (
        _readable(session, Demand, record_id, principal)
        if kind is RecordKind.DEMAND
        else _readable(session, Achievement, record_id, principal)
    )
    return present(record, principal, organisations=owners_of(session, [record]))


def _keep(
    shown_lists: ImpressionLog,
    answer: MatchAnswer,
    out: MatchesOut,
    principal: Principal,
    surface: str,
    subject_id: UUID,
) -> None:
    shown_lists.keep(
        principal,
        surface=surface,
        subject_id=subject_id,
        pairs=shown_pairs(answer, {UUID(str(item.record["id"])): item.rank for item in out.items}),
        model_version=answer.model_version,
    )


def _readable(session: Session, model: type[AnyRecord], record_id: UUID, principal: Principal) -> AnyRecord:
    record = one_or_not_found(session, visible(select(model).where(model.id == record_id), model, principal))
    return record

"""Figures of recommended managers over the judged pairs."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.matching.evaluation import metrics
from app.matching.evaluation.ephemeral_store import JudgedStore
from app.matching.evaluation.figures import CUT_MANAGERS, bounds, unjudged_share
from app.matching.results import RecommendationReader


def manager_figures(
    session: Session,
    store: JudgedStore,
    judged: Mapping[tuple[str, str, str], int],
    conflicts: set[tuple[str, str, str]],
) -> dict[str, Any]:
    """nDCG@5 of recommended managers over the judged pairs.

    Fit was judged without regard to conflicts, but conflicted managers are never recommended. So they are removed from
    the ideal ranking as well, and counted separately if one is recommended nevertheless. Conflicts are those that a
    reader sees who knows both owners: against a hidden owner, others notice fewer.

    Judged is the order of all who may be recommended by conflict and load: where the list ends (`LEAST_FIT`) is a rule
    of the product, and a graded manager below it would be missing rather than last.

    Managers without a judgement for a pair count as 0 in `ndcg_at_5`, although they may fit; `ndcg_at_5_judged` ranks
    judged managers only (a condensed list: Sakai, "Alternatives to Bpref", SIGIR 2007); `unjudged_in_first_5` is the
    share of the others.
    """
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for (demand, achievement, manager), grade in judged.items():
        if (demand, achievement, manager) not in conflicts:
            grades[_pair(demand, achievement)][manager] = grade
    rankings: dict[str, list[str]] = {}
    recommended_conflicts = 0
    for demand, achievement in sorted(
        {(demand, achievement) for demand, achievement, _ in (*judged, *conflicts)}
    ):
        if demand not in store.demands or achievement not in store.achievements:
            continue
        ranked = _recommended(session, store, demand, achievement)
        rankings[_pair(demand, achievement)] = ranked
        recommended_conflicts += sum((demand, achievement, manager) in conflicts for manager in ranked)
    return {
        "pairs": len(grades),
        **_order_figures(rankings, grades),
        "unjudged_in_first_5": round(unjudged_share(rankings, grades), 4),
        "conflicts_recommended": recommended_conflicts,
    }


def _order_figures(
    rankings: Mapping[str, list[str]], grades: Mapping[str, Mapping[str, int]]
) -> dict[str, Any]:
    judged_alone = {
        pair: [manager for manager in ranked if manager in grades[pair]]
        for pair, ranked in rankings.items()
        if pair in grades
    }
    ndcg = metrics.interval(list(metrics.ndcg(rankings, grades, CUT_MANAGERS).values()))
    condensed = metrics.interval(list(metrics.ndcg(judged_alone, grades, CUT_MANAGERS).values()))
    return {
        "ndcg_at_5": round(ndcg.mean, 4),
        "ndcg_at_5_interval": bounds(ndcg),
        "ndcg_at_5_judged": round(condensed.mean, 4),
        "ndcg_at_5_judged_interval": bounds(condensed),
    }


def _pair(demand: str, achievement: str) -> str:
    return f"{demand}\t{achievement}"


def _recommended(session: Session, store: JudgedStore, demand: str, achievement: str) -> list[str]:
    """The managers who may be recommended for the pair by conflict and load, best first."""
    recommendations = store.matcher.managers_for(
        session,
        store.demand(session, demand),
        store.achievement(session, achievement),
        limit=len(store.managers),
        reader=RecommendationReader(),
    )
    return [
        store.manager_keys[item.manager_id]
        for item in recommendations
        if item.conflict is None and not item.full
    ]

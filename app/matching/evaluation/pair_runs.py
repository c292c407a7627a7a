"""The list of each judged demand, by the matcher and by three baselines."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.libraries.record.enums import RecordKind
from app.matching.evaluation import metrics
from app.matching.evaluation.ephemeral_store import JudgedStore
from app.matching.evaluation.figures import EvaluationRun, QueryAnswer
from app.matching.index.base import IndexFilter
from app.matching.matcher import Matcher
from app.matching.results import PairFilter

DEPTH = 100
# Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet …" (SIGIR 2009).
RRF_K = 60
BASELINES = ("bm25", "dense", "rrf")


def pair_runs(
    session: Session, store: JudgedStore, grades: Mapping[str, Mapping[str, int]]
) -> dict[str, EvaluationRun]:
    runs = {name: EvaluationRun({}, {}, {}) for name in ("sanku", *BASELINES)}
    for demand_key in store.demands:
        answers = frozenset(
            store.achievements[key]
            for key, grade in grades.get(demand_key, {}).items()
            if grade >= metrics.RELEVANT and key in store.achievements
        )
        whole = _all_lists(session, store, demand_key, frozenset())
        without = _all_lists(session, store, demand_key, answers) if answers else whole
        for name, run in runs.items():
            run.lists[demand_key] = whole[name].scored
            run.sure[demand_key] = whole[name].sure
            run.sure_without[demand_key] = without[name].sure
    return runs


def _all_lists(
    session: Session, store: JudgedStore, demand_key: str, left_out: frozenset[UUID]
) -> dict[str, QueryAnswer]:
    matcher: Matcher = store.matcher
    demand = store.demand(session, demand_key)
    answer = matcher.for_demand(
        session,
        demand,
        limit=DEPTH,
        filters=PairFilter(exclude=left_out),
    )
    limits = IndexFilter(kind=RecordKind.ACHIEVEMENT, exclude_ids=left_out)
    query = matcher.side_of(session, demand)
    dense = matcher.index.search(session, query.vector, DEPTH, limits)
    words = matcher.lexical.search(
        session, [word for word, count in query.words.items() for _ in range(count)], DEPTH, limits
    )
    lists: dict[str, list[tuple[UUID | None, float]]] = {
        "sanku": [(item.achievement_id, item.score) for item in answer.items],
        "dense": [(hit.record_id, hit.score) for hit in dense],
        "bm25": [(hit.record_id, hit.score) for hit in words],
    }
    lists["rrf"] = _fused([[id_ for id_, _ in lists["dense"]], [id_ for id_, _ in lists["bm25"]]])
    sure = {name: ranked[0][1] if ranked else 0.0 for name, ranked in lists.items()}
    sure["sanku"] = answer.confidence or 0.0
    return {
        name: QueryAnswer(
            [(store.achievement_keys[id_], score) for id_, score in ranked if id_ is not None], sure[name]
        )
        for name, ranked in lists.items()
    }


def _fused(rankings: Sequence[Sequence[UUID | None]]) -> list[tuple[UUID | None, float]]:
    scores: Counter[UUID | None] = Counter()
    for ranking in rankings:
        for rank, id_ in enumerate(ranking, 1):
            scores[id_] += 1.0 / (RRF_K + rank)  # type: ignore[assignment]  # Counter's stubs allow int only
    return [(id_, float(score)) for id_, score in scores.most_common()]

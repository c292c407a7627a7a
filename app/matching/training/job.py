"""The training job, for `sanku train` and the scheduler."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.accounts.access.principal import SYSTEM
from app.database import Database, now
from app.matching.embedding.embedder import Embedder
from app.matching.matcher import Matcher
from app.matching.ranking.ranker import Ranker
from app.matching.ranking.registry import ActiveRanker
from app.matching.training.judged_sets import JudgedPairs, judged_pairs, shipped_directory
from app.matching.training.trainer import PromotionDecision, settle, train
from app.settings import Settings

_SAID = {
    PromotionDecision.PROMOTED: "better, now active (更好，已启用)",
    PromotionDecision.NOT_BETTER: "not shown to be better; the present ranker stays active (未证明更好，保留现用模型)",
    PromotionDecision.WORSE_ON_JUDGED: "worse on the judged set; the present ranker stays (评判集上变差，保留现用模型)",
    PromotionDecision.TOO_FEW: "not enough judgements or later demands yet (评判或其后的需求太少)",
    PromotionDecision.OVERTAKEN: "another ranker was activated in the meantime (训练期间已启用其他模型)",
}


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """`judged`: pairs on which a new model must not be worse, or None. With `dry_run`, nothing is written."""

    judged: JudgedPairs | None
    since: datetime | None = None
    margin: float = 0.0
    dry_run: bool = False


def run_training(database: Database, shipped: Ranker, options: TrainingOptions) -> dict[str, Any]:
    """Read and compute first, then write in one short transaction. Returns the report of the run."""
    moment = now()
    with database.reading() as session:
        trained = train(
            session,
            present=ActiveRanker(shipped).current(session),
            start=shipped,
            judged=options.judged,
            since=options.since,
            until=moment,
            margin=options.margin,
        )
    if options.dry_run:
        return {**trained.report, "dry_run": True}
    with database.unit_of_work() as session:
        return settle(session, trained, shipped=shipped, principal=SYSTEM).report


def train_if_due(settings: Settings, database: Database, embedder: Embedder, matcher: Matcher) -> None:
    """Train with the shipped judged records as the regression check."""
    judged = judged_pairs(
        settings, embedder, shipped_directory(), on_progress=_silent, reranker=matcher.reranker
    )
    run_training(database, matcher.shipped, TrainingOptions(judged))


def report_lines(report: dict[str, Any]) -> list[str]:
    """The report of a run as lines of text."""
    lines = [f"present ranker (现用模型): {report['present']}"]
    lines.append(f"judgements (评判): {report['judgements']}，examples (样本): {report['examples']}")
    for surface, bias in report["position_bias"].items():
        lines.append(
            f"position bias (位置偏差) {surface or 'no list'}: eta {bias['eta']}, from {bias['harvested']} answers"
        )
    for name, gap in _gaps(report):
        low, high = gap["interval"]
        lines.append(
            f"{name}: {gap['present']:.4f} → {gap['candidate']:.4f}, "
            f"difference {gap['difference']:+.4f} [{low:+.4f}, {high:+.4f}] over {gap['demands']} demands"
        )
    lines.append(f"decision (结论): {report['decision']} — {_SAID[PromotionDecision(report['decision'])]}")
    if "candidate" in report:
        lines.append(f"candidate (候选模型): {report['candidate']['version']}")
    return lines


def _gaps(report: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    judged = report.get("judged", {})
    gaps = (
        ("later demands, nDCG@10 (其后的需求)", report.get("later_demands")),
        ("newest demands, nDCG@10 (最新的需求)", report.get("newest_demands")),
        ("judged set, nDCG@10 (评判集)", judged.get("ndcg_at_10")),
        ("judged set, cost at the threshold (阈值处代价)", judged.get("cost_at_threshold")),
    )
    return [(name, gap) for name, gap in gaps if gap is not None]


def _silent(_done: int, _total: int) -> None:
    """Ignore progress: a scheduled run has no one to show it to."""

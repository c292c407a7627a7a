"""Figures of the funnel and of the gaps between demand and supply, reduced to what the reader may see."""

from collections import Counter, defaultdict
from typing import Literal

from sqlalchemy.orm import Session

from app.statistics.common import count_by_key, head, labelled, share
from app.statistics.queries import demands as queries
from app.statistics.queries.demands import FunnelStep
from app.statistics.queries.gaps import GapPart, achievement_gaps, demand_gaps, good_achievements
from app.statistics.query import StatisticsQuery, operators_only
from app.statistics.schemas import FunnelRead, GapLine, GapsRead, ReasonLine, StepLine
from app.statistics.small_cell_suppression import is_small, publishable_steps, suppressed_parts
from app.statistics.sql_functions import NONE
from app.vocabularies import vocabulary

Grouping = Literal["field", "region"]

STEP_NAMES: dict[FunnelStep, tuple[str, str]] = {
    FunnelStep.PUBLISHED: ("已发布", "Published"),
    FunnelStep.MATCHED: ("有良好匹配", "With a good match"),
    FunnelStep.PUSHED: ("已推送", "Pushed"),
    FunnelStep.ACCEPTED: ("已接收（进入对接）", "Accepted (engaged)"),
    FunnelStep.CONTACTED: ("已联系", "Contacted"),
    FunnelStep.MEETING: ("会面", "Meeting"),
    FunnelStep.NEGOTIATING: ("洽谈", "Negotiating"),
    FunnelStep.SIGNED: ("已签约", "Signed"),
    FunnelStep.REGISTERED: ("已认定登记", "Registered"),
    FunnelStep.LANDED: ("已落地", "Landed"),
}

FORMULA = "without_good / (1 + good_achievements / demands)"


def step_code(step: FunnelStep) -> str:
    return step.name.lower()


def funnel(session: Session, criteria: StatisticsQuery, group_by: Grouping | None) -> FunnelRead:
    """The steps that the demands published in the period have reached so far.

    Raises:
        Forbidden: only operators may see groups of the whole city.
    """
    if group_by is not None:
        operators_only(criteria, "分组漏斗", "The funnel by groups")
    furthest: defaultdict[str, Counter[int]] = defaultdict(Counter)
    if group_by is None:
        furthest[NONE] = Counter()
    for key, step, count in session.execute(queries.funnel(criteria, group_by)):
        furthest[key][step] += count
    steps = [line for key in sorted(furthest) for line in _steps(criteria, group_by, key, furthest[key])]
    return FunnelRead(**head(criteria), steps=steps, ended=_ended(session, criteria))


def _steps(
    criteria: StatisticsQuery, group_by: Grouping | None, key: str, furthest: Counter[int]
) -> list[StepLine]:
    counts = [sum(count for reached, count in furthest.items() if reached >= step) for step in FunnelStep]
    shown = publishable_steps(counts, criteria.min_cell) if criteria.suppresses else [True] * len(counts)
    visible_counts = [count if is_shown else None for count, is_shown in zip(counts, shown, strict=True)]
    group = None if group_by is None else key
    names = (
        labelled("hightech_fields" if group_by == "field" else "regions", key) if group is not None else {}
    )
    return [
        StepLine(
            key=step_code(step),
            label_zh=STEP_NAMES[step][0],
            label_en=STEP_NAMES[step][1],
            hidden=not shown[step],
            group=group,
            group_zh=names.get("label_zh"),
            group_en=names.get("label_en"),
            count=visible_counts[step],
            of_published=share(visible_counts[step], visible_counts[0]),
            of_previous=share(visible_counts[step], visible_counts[step - 1]) if step else None,
            rows=criteria.rows("funnel", step=step_code(step), group_by=group_by, key=group),
        )
        for step in FunnelStep
    ]


def _ended(session: Session, criteria: StatisticsQuery) -> list[ReasonLine]:
    counts: dict[str, int] = count_by_key(session, queries.ended(criteria))
    return reason_lines(
        criteria,
        counts,
        vocabulary_name="engagement_end_reasons",
        rows={reason: criteria.rows("funnel/ended", reason=reason) for reason in counts},
    )


def reason_lines(
    criteria: StatisticsQuery, counts: dict[str, int], *, vocabulary_name: str, rows: dict[str, str | None]
) -> list[ReasonLine]:
    """Lines by count, highest first. Empty if suppression is not safe even with all counts hidden."""
    hidden = suppressed_parts(counts, criteria.min_cell) if criteria.suppresses else frozenset()
    if hidden is None:
        return []
    return [
        ReasonLine(
            **labelled(vocabulary_name, reason),
            hidden=reason in hidden,
            count=None if reason in hidden else counts[reason],
            rows=rows[reason],
        )
        for reason in sorted(
            counts,
            key=lambda reason: (reason in hidden, -counts[reason] if reason not in hidden else 0, reason),
        )
    ]


def gaps(session: Session, criteria: StatisticsQuery) -> GapsRead:
    """Demand and supply by first-level field, from records published in the period that are still published."""
    lines: dict[str, dict[str, int]] = {
        key: dict.fromkeys(_GAP_COUNTS, 0) for key in vocabulary("hightech_fields").children()
    }

    def counts_of(key: str) -> dict[str, int]:
        return lines.setdefault(key, dict.fromkeys(_GAP_COUNTS, 0))

    for key, demands, good, immature in session.execute(demand_gaps(criteria)):
        counts_of(key).update(
            demands=demands, with_good=good, without_good=demands - good, too_immature=immature
        )
    for key, achievements, unwanted in session.execute(achievement_gaps(criteria)):
        counts_of(key).update(achievements=achievements, unwanted=unwanted)
    for key, count in session.execute(good_achievements(criteria)):
        counts_of(key).update(good_achievements=count)
    gap_lines = [_gap_line(criteria, key, counts) for key, counts in lines.items()]
    gap_lines.sort(key=lambda line: (line.gap_score is None, -(line.gap_score or 0), line.key))
    return GapsRead(**head(criteria), formula=FORMULA, fields=gap_lines)


_GAP_COUNTS = tuple(part.name.lower() for part in GapPart)


def _gap_line(criteria: StatisticsQuery, key: str, counts: dict[str, int]) -> GapLine:
    hidden = _suppressed_gaps(counts, criteria.min_cell) if criteria.suppresses else frozenset[str]()
    visible_counts = {name: None if name in hidden else count for name, count in counts.items()}
    per_demand = None
    score = None
    if not hidden & {"demands", "good_achievements"} and counts["demands"]:
        per_demand = counts["good_achievements"] / counts["demands"]
        if "without_good" not in hidden:
            score = round(counts["without_good"] / (1 + per_demand), 4)
    elif not counts["demands"]:
        score = 0.0
    links = {name: criteria.rows("gaps", part=name, key=key) for name in counts}
    return GapLine(
        **labelled("hightech_fields", key),
        **visible_counts,
        hidden=bool(hidden),
        good_per_demand=None if per_demand is None else round(per_demand, 4),
        gap_score=score,
        rows={name: link for name, link in links.items() if link is not None},
    )


def _suppressed_gaps(counts: dict[str, int], min_cell: int) -> frozenset[str]:
    """Suppress a part together with the remainder of its whole."""
    hidden = {name for name, count in counts.items() if is_small(count, min_cell)}
    if hidden & {"with_good", "without_good"}:
        hidden |= {"with_good", "without_good", "too_immature"}
    if is_small(counts["without_good"] - counts["too_immature"], min_cell):
        hidden.add("too_immature")
    if is_small(counts["achievements"] - counts["unwanted"], min_cell):
        hidden.add("unwanted")
    if "demands" in hidden:
        hidden |= {"with_good", "without_good", "too_immature", "good_achievements"}
    if "achievements" in hidden:
        hidden.add("unwanted")
    return frozenset(hidden)

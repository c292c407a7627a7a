"""Table and chart of a simulated year of use (`scripts/simulate_use.py`).

    python scripts/plots/learning.py YEAR.json [--svg FILE.svg] [--table FILE.md]

Three arms live through the same months: `never` (nothing is learned), `naive` (trained without the correction for
positions) and `learning` (as built). Of each, at every month's end, nDCG@10 on the demands kept for the end:

- `newest`: the ranker of the last training that had enough to learn from, promoted or not. No value before all
  replicas have one.
- `answers`: the ranker that answers, which changes only by promotion.

Intervals are 95% bootstrap intervals over replicas. Those of differences are paired: replicas keep different demands
for the end, which moves all arms of a replica alike. The chart draws `newest` with the interval of its difference to
`never`, around `never`. Replicas share one set of demands, so an interval tells of chance in use and in the choice of
the demands kept for the end, not of other sets.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from drawing import BLUE, GREEN, GREY, ORANGE, panels, write
from matplotlib.axes import Axes

from app.matching.evaluation.metrics import Interval, interval

# A replica's row of each month, the start included, by start and arm.
Replicas = dict[str, dict[str, list[list[dict[str, Any]]]]]
TITLES = {"weak": "Weak start", "shipped": "Start from the shipped ranker"}


@dataclass(frozen=True)
class Month:
    """One start at one month's end: means over the replicas (nDCG@10, 0–1), and paired intervals."""

    month: int
    judgements: float
    never: float
    newest: float | None
    newest_naive: float | None
    answers: float
    answers_naive: float
    newest_over_never: Interval | None
    naive_over_never: Interval | None
    newest_over_naive: Interval | None
    answers_over_never: Interval
    promoted: int
    promoted_naive: int
    eta: float | None


def newest(replica: Sequence[dict[str, Any]], month: int) -> float | None:
    tried = [row["tried"] for row in replica[: month + 1] if row["tried"] is not None]
    return tried[-1] if tried else None


def has_promoted(replica: Sequence[dict[str, Any]], month: int) -> bool:
    return any(row["decision"] == "promoted" for row in replica[: month + 1])


def month_of(arms: dict[str, list[list[dict[str, Any]]]], month: int) -> Month:
    learning, naive = arms["learning"], arms["naive"]
    never = [replica[month]["ndcg"] for replica in arms["never"]]
    answers = [replica[month]["ndcg"] for replica in learning]
    trained = [newest(replica, month) for replica in learning]
    uncorrected = [newest(replica, month) for replica in naive]
    etas = [replica[month]["eta"] for replica in learning]
    return Month(
        month=month,
        judgements=float(np.mean([replica[month]["judgements"] or 0 for replica in learning])),
        never=float(np.mean(never)),
        newest=mean(trained),
        newest_naive=mean(uncorrected),
        answers=float(np.mean(answers)),
        answers_naive=float(np.mean([replica[month]["ndcg"] for replica in naive])),
        newest_over_never=paired(trained, never),
        naive_over_never=paired(uncorrected, never),
        newest_over_naive=paired(trained, uncorrected),
        answers_over_never=interval([a - b for a, b in zip(answers, never, strict=True)]),
        promoted=sum(has_promoted(replica, month) for replica in learning),
        promoted_naive=sum(has_promoted(replica, month) for replica in naive),
        eta=mean(etas),
    )


def mean(values: Sequence[float | None]) -> float | None:
    """None where only some replicas have a value: a mean over others would be another curve."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None


def paired(ours: Sequence[float | None], theirs: Sequence[float | None]) -> Interval | None:
    gaps = [a - b for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None]
    return interval(gaps) if len(gaps) == len(ours) else None


def markdown(months: dict[str, list[Month]], replicas: int) -> str:
    heads = (
        "start",
        "month",
        "judgements",
        "never",
        "newest, without correction",
        "newest",
        "newest − never",
        "newest − without correction",
        "answers, without correction",
        "answers",
        "answers − never",
        f"promoted, without correction (of {replicas})",
        f"promoted (of {replicas})",
        "η",
    )
    lines = [f"| {' | '.join(heads)} |", "| --- " + "| ---: " * (len(heads) - 1) + "|"]
    for start, rows in months.items():
        for row in rows:
            cells = [
                start,
                str(row.month),
                f"{row.judgements:,.0f}",
                number(row.never),
                number(row.newest_naive),
                number(row.newest),
                difference(row.newest_over_never),
                difference(row.newest_over_naive),
                number(row.answers_naive),
                number(row.answers),
                difference(row.answers_over_never),
                str(row.promoted_naive),
                str(row.promoted),
                "" if row.eta is None else f"{row.eta:.2f}",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def difference(value: Interval | None) -> str:
    return "" if value is None else f"{value.mean:+.3f} [{value.low:+.3f}, {value.high:+.3f}]"


def draw(months: dict[str, list[Month]], replicas: int, ranker: str, path: Path) -> None:
    figure, curves, counts = panels(len(months), size=(9.6, 4.8), heights=(4, 1))
    for axes, below, (start, rows) in zip(curves, counts, months.items(), strict=True):
        at = [row.month for row in rows]
        axes.set_title(TITLES.get(start, start))
        axes.plot(at, [row.never for row in rows], color=GREY, linestyle=":", label="never trained", zorder=3)
        band(axes, rows, [row.naive_over_never for row in rows], ORANGE, "newest, without correction")
        band(axes, rows, [row.newest_over_never for row in rows], BLUE, "newest trained")
        answers = [row.answers for row in rows]
        axes.step(at, answers, where="post", color=GREEN, linestyle="--", label="what answers (promoted)")
        below.bar(at, [row.promoted for row in rows], color=GREEN, width=0.7)
        below.set_ylim(0, replicas)
        below.set_yticks([0, replicas])
        below.set_xticks(at)
        below.set_xlabel("month")
        below.grid(visible=False, axis="x")
    curves[0].set_ylabel("nDCG@10 on unseen demands")
    counts[0].set_ylabel("replicas with\na promotion")
    handles, labels = curves[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    figure.suptitle(f"A simulated year of use (replicas: {replicas}, ranker: {ranker})", fontsize=11)
    write(figure, path)


def band(axes: Axes, rows: Sequence[Month], gaps: Sequence[Interval | None], colour: str, label: str) -> None:
    known = [(row, gap) for row, gap in zip(rows, gaps, strict=True) if gap]
    at = [row.month for row, _ in known]
    axes.plot(at, [row.never + gap.mean for row, gap in known], color=colour, marker=".", label=label)
    low, high = [row.never + gap.low for row, gap in known], [row.never + gap.high for row, gap in known]
    axes.fill_between(at, low, high, color=colour, alpha=0.18, linewidth=0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("year", type=Path)
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--table", type=Path)
    options = parser.parse_args()
    document = json.loads(options.year.read_text(encoding="utf-8"))
    results: Replicas = document["replicas"]
    months = {
        start: [month_of(arms, month) for month in range(len(arms["never"][0]))]
        for start, arms in results.items()
    }
    replicas = len(next(iter(results.values()))["never"])
    table = markdown(months, replicas)
    if options.svg:
        draw(months, replicas, document["ranker"], options.svg)
    if options.table:
        options.table.write_text(table, encoding="utf-8")
    sys.stdout.write(table)


if __name__ == "__main__":
    main()

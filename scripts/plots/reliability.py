"""Reliability diagram of match scores: of pairs with a score of about 0.8, are about 80% relevant?

    sanku eval DIR --json > EVAL.json
    python scripts/plots/reliability.py EVAL.json... --svg FILE.svg [--title TEXT...]

One panel for each EVAL.json, in their order, with the titles given or the directory's name. Above, by tenths of the
score: mean score against the share of relevant pairs (grade 2 or 3) among the ten best of each demand, with 95% Wilson
intervals that take pairs as independent, and the expected calibration error (ECE). Below, how many pairs there are, on
a logarithmic scale. A point on the diagonal is a score that means what it says; above it scores are too low, below it
too high.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from drawing import BLUE, GREY, panels, write
from matplotlib.axes import Axes
from scipy.stats import binomtest


def draw(evaluations: list[dict[str, Any]], titles: list[str], path: Path) -> None:
    figure, diagrams, histograms = panels(
        len(evaluations), size=(0.6 + 3.6 * len(evaluations), 4.9), heights=(3, 1)
    )
    most = max((row["pairs"] for one in evaluations for row in one["pairs"]["reliability"]), default=1)
    for above, below, evaluation, title in zip(diagrams, histograms, evaluations, titles, strict=True):
        pairs = evaluation["pairs"]
        above.set_title(f"{title}\nECE {pairs['calibration_error']:.3f}, ranker {evaluation['ranker']}")
        diagram(above, pairs["reliability"])
        histogram(below, pairs["reliability"], most)
    diagrams[0].set_ylabel("share of relevant pairs")
    histograms[0].set_ylabel("pairs")
    write(figure, path)


def diagram(axes: Axes, rows: list[dict[str, Any]]) -> None:
    scores, shares = [row["score"] for row in rows], [row["relevant"] for row in rows]
    bounds = [
        binomtest(round(row["relevant"] * row["pairs"]), row["pairs"]).proportion_ci(method="wilson")
        for row in rows
    ]
    below = [max(0.0, share - bound.low) for share, bound in zip(shares, bounds, strict=True)]
    above = [max(0.0, bound.high - share) for share, bound in zip(shares, bounds, strict=True)]
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":")
    axes.errorbar(scores, shares, yerr=[below, above], color=BLUE, marker="o", markersize=4, capsize=2)
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.02, 1.02)


def histogram(axes: Axes, rows: list[dict[str, Any]], most: int) -> None:
    bars = axes.bar(
        [row["from"] for row in rows],
        [row["pairs"] for row in rows],
        width=[0.94 * (row["to"] - row["from"]) for row in rows],
        align="edge",
        color=BLUE,
        alpha=0.6,
    )
    axes.bar_label(bars, fontsize=8)
    axes.set_yscale("log")
    axes.set_ylim(0.7, most * 5)
    axes.set_xlabel("score")
    axes.grid(visible=False, axis="x")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("evaluations", metavar="EVAL.json", type=Path, nargs="+")
    parser.add_argument("--svg", type=Path, required=True)
    parser.add_argument("--title", dest="titles", nargs="+")
    options = parser.parse_args()
    evaluations = [json.loads(path.read_text(encoding="utf-8")) for path in options.evaluations]
    titles = options.titles or [Path(one["directory"]).name for one in evaluations]
    if len(titles) != len(evaluations):
        parser.error(f"{len(evaluations)} evaluations, but {len(titles)} titles")
    draw(evaluations, titles, options.svg)


if __name__ == "__main__":
    main()

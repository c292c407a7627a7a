"""The figures of an evaluation for people."""

from collections.abc import Mapping
from typing import Any

from app.matching.evaluation.pair_runs import BASELINES


def report_lines(figures: Mapping[str, Any]) -> list[str]:
    """The metrics as lines of a text table."""
    lines = [f"{'':8} {'nDCG@10':>22} {'recall@10':>10} {'MRR':>8} {'no-match AUROC':>15}"]
    for name, row in (("sanku", figures["pairs"]), *figures["baselines"].items()):
        low, high = row["ndcg_at_10_interval"]
        lines.append(
            f"{name:8} {row['ndcg_at_10']:8.4f} [{low:.3f}, {high:.3f}] {row['recall_at_10']:10.4f} "
            f"{row['mrr']:8.4f} {row['no_match_auroc']:15.4f}"
        )
    pairs, english, managers = figures["pairs"], figures["english_answers"], figures["managers"]
    lines.append(f"calibration error of the ten best {pairs['calibration_error']:.4f}")
    lines.extend(
        f"  scores {row['from']:.1f}–{row['to']:.1f}: {row['pairs']:5d} pairs, mean {row['score']:.3f}, "
        f"relevant {row['relevant']:.3f} {'█' * round(20 * row['relevant'])}"
        for row in pairs["reliability"]
    )
    if len(figures["kinds"]) > 1:
        lines.extend(_kind_lines(figures["kinds"]))
    if english["queries"]:
        summary = ", ".join(f"{name} {english[name]:.4f}" for name in ("sanku", *BASELINES))
        lines.append(f"nDCG@10 of {english['queries']} Chinese demands with an English answer: {summary}")
    lines.append(
        f"managers nDCG@5 {managers['ndcg_at_5']:.4f} over {managers['pairs']} pairs "
        f"({managers['ndcg_at_5_judged']:.4f} of the judged alone; not judged: "
        f"{managers['unjudged_in_first_5']:.0%} of the first five), "
        f"conflicts recommended: {managers['conflicts_recommended']}"
    )
    lines.append(f"{figures['seconds']} s, ranker {figures['ranker']}")
    return lines


def _kind_lines(kinds: Mapping[str, Any]) -> list[str]:
    """By kind: nDCG@10, the best baseline's, and what is called good (see `kind_figures`)."""
    lines = [
        f"{'kind':10} {'demands':>7} {'nDCG@10':>8} {'baseline':>8} {'answers':>7} {'first':>6} {'wrong':>6}"
    ]
    for kind, row in kinds.items():
        ndcg = row["ndcg_at_10"]
        baselines = [ndcg[name] for name in BASELINES if ndcg[name] is not None]
        values = (
            (ndcg["sanku"], 8),
            (max(baselines, default=None), 8),
            (row["answers_called_good"], 7),
            (row["called_good"], 6),
            (row["first_good_but_wrong"], 6),
        )
        cells = (f"{'–' if value is None else format(value, '.3f'):>{width}}" for value, width in values)
        lines.append(f"{kind:10} {row['queries']:7d} " + " ".join(cells))
    return lines

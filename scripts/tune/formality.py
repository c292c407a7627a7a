"""Counts how demands and achievements are worded: the table behind the register of a demand.

    python scripts/tune/formality.py OUT.json --abstracts FILE [--leave-out DEMANDS.jsonl ...]

Demands are those of the authored triples beside this file, achievements their answers and decoys, and abstracts of
journals; abstracts that begin as a demand of `--leave-out` does are not read, so that sets cut from them stay unseen.
For each word that occurs twice or more: log of its share of demands over its share of achievements.
"""

import argparse
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.matching.text.bm25 import words

TRIPLES = Path(__file__).parent / "data" / "triples"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--abstracts", type=Path, required=True)
    parser.add_argument("--leave-out", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    hidden = [row["description"][:40] for file in options.leave_out for row in json_lines(file)]
    triples = [row for path in sorted(TRIPLES.glob("*.jsonl")) for row in json_lines(path)]
    demands = [set(words(row["demand"])) for row in triples]
    achievements = [set(words(row[key])) for row in triples for key in ("achievement", "decoy")]
    achievements += [
        set(words(f"{row['title']} {row['summary']}"))
        for row in json_lines(options.abstracts)
        if not any(row["summary"].startswith(opening) for opening in hidden)
    ]
    options.out.write_text(
        json.dumps(table(demands, achievements), ensure_ascii=False, indent=1) + "\n", "utf-8"
    )


def table(demands: list[set[str]], achievements: list[set[str]]) -> dict[str, Any]:
    asked = Counter(word for text in demands for word in text)
    offered = Counter(word for text in achievements for word in text)

    def ratio(word: str) -> float:
        of_demands = (asked[word] + 0.5) / len(demands)
        of_achievements = (offered[word] + 0.5) / len(achievements)
        return round(math.log(of_demands) - math.log(of_achievements), 1)

    unknown = ratio("")
    by_ratio: dict[float, list[str]] = defaultdict(list)
    for word in sorted(asked.keys() | offered.keys()):
        if asked[word] + offered[word] >= 2 and ratio(word) != unknown:
            by_ratio[ratio(word)].append(word)
    return {
        "note": "Words by how much oftener demands use them than achievements (log of the ratio of shares); made by "
        "scripts/tune/formality.py from authored texts and abstracts of the CSL corpus (Li et al., COLING 2022).",
        "unknown": unknown,
        "words": {str(value): " ".join(by_ratio[value]) for value in sorted(by_ratio)},
    }


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


if __name__ == "__main__":
    main()

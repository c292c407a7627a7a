"""How well files are read: each FILE in a directory is compared with its FILE.expected.json, and a table is printed.

    python scripts/import_accuracy.py DIR [--only PREFIX ...] [--without PREFIX ...] [--details]

A field is right if it has the expected value; it is false if it has another value that is not marked as derived.
Exits with status 1 if a value is false.
"""

import argparse
import json
import re
import sys
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from app.exchange.report import report_of

HINTS = ("licence_kind_hint", "record_hint")
"""Keys of the expectations that are remarks and no fields."""


@dataclass(slots=True)
class Score:
    """What was expected of a file and what was found."""

    records: int = 0
    found: int = 0
    extra: int = 0
    fields: int = 0
    right: int = 0
    refusals: int = 0
    refused: int = 0
    indicators: int = 0
    measured: int = 0
    false: int = 0
    details: list[str] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        """Add the counts of another score."""
        for one in fields(self):
            if one.name != "details":
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def main() -> int:
    """Print the table; the exit status tells whether a value is false."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--without", nargs="*", default=())
    parser.add_argument("--details", action="store_true")
    options = parser.parse_args()
    total = Score()
    header = ("records", "extra", "fields", "refusals", "indicators", "false")
    print(f"{'file':<40} " + " ".join(f"{name:>9}" for name in header))  # noqa: T201
    for path in sorted(options.directory.glob("*.expected.json")):
        name = path.name.removesuffix(".expected.json")
        if (options.only and not name.startswith(tuple(options.only))) or name.startswith(
            tuple(options.without) or ("\0",)
        ):
            continue
        score = compare(path.with_name(name).read_bytes(), json.loads(path.read_text(encoding="utf-8")))
        total.add(score)
        print_line(name, score)
        if options.details:
            for line in score.details:
                print(f"    {line}")  # noqa: T201
    print_line("total", total)
    print(f"fields right: {total.right / max(total.fields, 1):.1%}")  # noqa: T201
    return 1 if total.false else 0


def print_line(name: str, score: Score) -> None:
    """One line of the table."""
    width = 40 - sum(1 for char in name if ord(char) > 0x2E80)
    print(  # noqa: T201
        f"{name:<{max(width, 1)}} {f'{score.found}/{score.records}':>9} {score.extra:>5} "
        f"{f'{score.right}/{score.fields}':>9} {f'{score.refused}/{score.refusals}':>9} "
        f"{f'{score.measured}/{score.indicators}':>10} {score.false:>5}"
    )


def compare(data: bytes, expected: dict[str, Any]) -> Score:
    """Read a file and compare it with what is expected of it."""
    report = report_of(data)
    score = Score(records=len(expected["records"]), refusals=len(expected["refused"]))
    left = list(report["records"])
    for wanted in expected["records"]:
        found = _match(wanted, left)
        if found is None:
            score.fields += len(wanted["fields"])
            score.details.append(f"not found: {wanted['ref']} {wanted['fields'].get('title')}")
            continue
        left.remove(found)
        score.found += 1
        _compare_record(wanted, found, score)
    score.extra = len(left)
    score.details.extend(f"extra record: {one['ref']} {one['fields'].get('title')}" for one in left)
    _compare_refusals(expected, report, score)
    return score


def _compare_refusals(expected: dict[str, Any], report: dict[str, Any], score: Score) -> None:
    refused = {(_ref(one["ref"]), one["code"]): one for one in report["refused"]}
    for wanted in expected["refused"]:
        if refused.pop((_ref(wanted["ref"]), wanted["code"]), None) is not None:
            score.refused += 1
        else:
            score.details.append(f"not refused: {wanted['ref']} {wanted['code']}")
    score.details.extend(
        f"refused beyond: {ref} {code} {one['reason_zh']}" for (ref, code), one in refused.items()
    )


def _ref(text: str) -> str:
    return re.sub(r"\s*\(.*", "", text)


def _match(wanted: dict[str, Any], left: list[dict[str, Any]]) -> dict[str, Any] | None:
    same = [one for one in left if _ref(one["ref"]) == _ref(wanted["ref"])]
    title = wanted["fields"].get("title")
    named = [one for one in left if title and one["fields"].get("title") == title]
    both = [one for one in same if one in named]
    return next(iter(both or same or named), None)


def _compare_record(wanted: dict[str, Any], found: dict[str, Any], score: Score) -> None:
    for name, value in wanted["fields"].items():
        if name in HINTS:
            continue
        score.fields += 1
        plain = name.removesuffix("_contains")
        got = found["fields"].get(plain)
        right = value in str(got) if name != plain else _same(value, got)
        if right:
            score.right += 1
            continue
        marked = plain in found["derived"]
        if got not in (None, "", []) and not marked:
            score.false += 1
        state = "marked" if marked else "FALSE" if got else "missing"
        score.details.append(f"{found['ref']} {name}: expected {value!r}, got {got!r} ({state})")
    if found["kind"] != wanted["kind"]:
        score.details.append(f"{found['ref']}: kind {found['kind']}, expected {wanted['kind']}")
    for one in wanted.get("indicators", ()):
        score.indicators += 1
        if any(
            _same(one[2], got[2]) and one[1] == got[1] and _unit(one[3]) == _unit(got[3])
            for got in found["indicators"]
        ):
            score.measured += 1
        else:
            score.details.append(f"{found['ref']} indicator {one} not found in {found['indicators']}")


def _unit(unit: str | None) -> str:
    return (unit or "").replace(" ", "").casefold()


def _same(wanted: Any, got: Any) -> bool:
    if wanted in (None, "", []):
        return got in (None, "", [])
    if isinstance(wanted, list):
        return isinstance(got, list) and sorted(map(str, map(_plain, wanted))) == sorted(
            map(str, map(_plain, got))
        )
    return bool(_plain(wanted) == _plain(got))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    try:
        return Decimal(str(value)).normalize() if not isinstance(value, bool) else value
    except InvalidOperation:
        return str(value)


if __name__ == "__main__":
    sys.exit(main())

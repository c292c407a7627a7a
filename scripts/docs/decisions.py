"""The index of decisions by area, from the heads of their files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.docs.markdown import table

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"

_TITLE = re.compile(r"^# (?P<number>\d+)\. (?P<title>.+)$", flags=re.MULTILINE)
_ENTRY = re.compile(r"^- (?P<name>Status|Date|Area): (?P<value>.+)$", flags=re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Decision:
    """The head of one file; `status` may hold links to other decisions."""

    file: str
    number: int
    title: str
    status: str
    date: str
    area: str


def read(path: Path) -> Decision:
    """Raises:
    ValueError: the file does not follow `template.md`.
    """
    text = path.read_text(encoding="utf-8")
    title = _TITLE.search(text)
    entries: Mapping[str, str] = {found["name"]: found["value"] for found in _ENTRY.finditer(text)}
    if title is None or set(entries) != {"Status", "Date", "Area"}:
        raise ValueError(f"{path.name}: title, status, date and area as in template.md")
    return Decision(
        path.name, int(title["number"]), title["title"], entries["Status"], entries["Date"], entries["Area"]
    )


def all_decisions() -> list[Decision]:
    """In the order of their numbers."""
    return [read(path) for path in sorted(FOLDER.glob("[0-9]*.md"))]


def index() -> str:
    """A table for each area, the areas in the order of their first decision."""
    areas: dict[str, list[Decision]] = {}
    for decision in all_decisions():
        areas.setdefault(decision.area, []).append(decision)
    return "\n".join(
        f"## {area[0].upper()}{area[1:]}\n\n"
        + table(
            ("decision", "status", "date"),
            ((f"[{one.number}. {one.title}]({one.file})", one.status, one.date) for one in found),
        )
        for area, found in areas.items()
    )

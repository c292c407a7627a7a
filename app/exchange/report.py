"""The report of a file that was read and not stored: records, refusals, and what was ignored, as JSON values."""

from collections.abc import Mapping
from typing import Any

from app.clock import local_now
from app.errors import SankuError
from app.exchange.layout.questions import Question
from app.exchange.layout.raw import IgnoredPlace, Located
from app.exchange.readers.formats import read_content
from app.exchange.records.assembly import Extraction
from app.exchange.records.draft import Draft
from app.libraries.validation.indicators.model import Indicator, Op

FILE = "file"


def report_of(data: bytes, *, name: str = "", learnt: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the file holds. A file that cannot be read is a refusal with the reference `file`."""
    report: dict[str, Any] = {
        "file": name,
        "as_of": local_now().date().isoformat(),
        "format": None,
        "tables": [],
        "questions": [],
        "records": [],
        "refused": [],
        "ignored": [],
        "notes": [],
    }
    try:
        return report | _contents(data, learnt)
    except SankuError as error:
        refused = [
            {"ref": FILE, "code": one.code, "reason_zh": one.zh, "reason_en": one.en} for one in error.fields
        ]
        return report | {"refused": refused}


def _contents(data: bytes, learnt: Mapping[str, str] | None) -> dict[str, Any]:
    content = read_content(data)
    report: dict[str, Any] = {
        "format": content.form,
        "notes": list(content.notes),
        "records": [],
        "refused": [],
    }
    extraction = Extraction(content, learnt)
    for draft in extraction.drafts():
        if draft.refusal is None:
            report["records"].append(record_entry(draft))
        else:
            report["refused"].append(refusal_entry(draft))
    report["ignored"] = [ignored_entry(one) for one in extraction.ignored]
    report["tables"] = [table_entry(one) for one in extraction.located]
    report["questions"] = [question_entry(one) for one in extraction.questions]
    return report


def record_entry(draft: Draft) -> dict[str, Any]:
    """A record as the report shows it."""
    return {
        "ref": draft.ref,
        "kind": draft.kind.value,
        "fields": draft.shown(),
        "derived": {name: f"{note.zh} / {note.en}" for name, note in draft.derived.items()},
        "indicators": [indicator_entry(one) for one in draft.indicators],
        "warnings": [
            {
                "field": one.field,
                "cell": one.cell,
                "code": one.note.code,
                "zh": one.note.zh,
                "en": one.note.en,
            }
            for one in draft.remarks
        ],
        "missing": draft.missing,
        "publishable": not is_draft(draft),
        "store_as": "draft" if is_draft(draft) else "published",
        "origins": {
            name: {"cell": origin.cell, "header": origin.header, "raw": origin.raw}
            for name, origin in draft.origins.items()
        },
    }


def refusal_entry(draft: Draft) -> dict[str, Any]:
    """A refused row as the report shows it."""
    assert draft.refusal is not None
    entry = {
        "ref": draft.ref,
        "code": draft.refusal.code,
        "reason_zh": draft.refusal.zh,
        "reason_en": draft.refusal.en,
    }
    return entry | ({"of": draft.refusal.of} if draft.refusal.of else {})


def ignored_entry(one: IgnoredPlace) -> dict[str, Any]:
    """An ignored place as the report shows it."""
    return {"ref": one.ref, "code": one.code, "why": one.why} | ({"count": one.count} if one.count else {})


def table_entry(one: Located) -> dict[str, Any]:
    """A table with the meaning of its columns."""
    return {
        "name": one.name,
        "kind": one.kind.value,
        "header_rows": list(one.header_rows),
        "columns": {key: {"header": header, "field": field} for key, (header, field) in one.columns.items()},
    }


def question_entry(one: Question) -> dict[str, Any]:
    """A table of which something is open: the kinds that it may hold, and of each column what it may mean. `score` is
    from 0 to 1; for each kind the proposals of a column are the likeliest first."""
    return {
        "name": one.name,
        "place": one.place,
        "kind": one.kind.value if one.kind is not None else None,
        "guessed": one.guessed,
        "names": one.names,
        "kinds": [{"kind": likely.kind.value, "score": likely.score} for likely in one.kinds],
        "columns": [
            {
                "key": column.key,
                "header": column.header.replace("\n", ""),
                "field": column.field,
                "how": column.how,
                "samples": list(column.samples),
                "proposals": {
                    kind.value: [{"field": each.field, "score": each.score} for each in found]
                    for kind, found in column.proposals.items()
                },
            }
            for column in one.columns
        ],
    }


def is_draft(draft: Draft) -> bool:
    """Whether the record lacks something that publication requires."""
    return bool(draft.missing) or any(one.note.code == "deadline_past" for one in draft.remarks)


def indicator_entry(one: Indicator) -> list[Any]:
    """Name, kind of bound, value and unit."""
    value = f"{one.low:f}～{one.high:f}" if one.op is Op.BETWEEN else f"{one.value:f}"
    return [one.name, one.op.value, value, one.unit]

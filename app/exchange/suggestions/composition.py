"""A draft from a text or a file: labelled parts and cells first, then what the running text states."""

from collections.abc import Iterator
from typing import Any

from app.clock import today
from app.errors import Invalid
from app.exchange.headers.dictionary import Kind
from app.exchange.layout.raw import text_of
from app.exchange.readers.content import FileContent, Grid, Text
from app.exchange.readers.formats import read_content
from app.exchange.readers.refusals import damage_refused
from app.exchange.records.achievements import REQUIRED as ACHIEVEMENT_REQUIRED
from app.exchange.records.assembly import Extraction
from app.exchange.records.demands import REQUIRED as DEMAND_REQUIRED
from app.exchange.records.draft import Draft
from app.exchange.suggestions import phrases
from app.exchange.suggestions.nearest import nearest
from app.exchange.suggestions.suggestion import DraftSuggestion, Suggestion, TextPlace, TextSpan, span_of
from app.exchange.values.contacts import without_identity_numbers
from app.matching.embedding.embedder import Embedder
from app.text.state_secrets import find_markings

MAX_TEXT = 20_000
_REQUIRED = {Kind.DEMAND: DEMAND_REQUIRED, Kind.ACHIEVEMENT: ACHIEVEMENT_REQUIRED}
_BODY = {Kind.DEMAND: "main_problem", Kind.ACHIEVEMENT: "summary"}
_MAX_BODY = {Kind.DEMAND: 5000, Kind.ACHIEVEMENT: 5000}
_PERSONAL = frozenset({"contact_name", "contact_phone", "contact_email"})


def suggested_of_text(text: str, kind: Kind, embedder: Embedder) -> DraftSuggestion:
    """The suggestions for a free text.

    Raises:
        Invalid: the text is empty or too long, or carries the marking of a state secret.
    """
    paragraphs = tuple((f"line {number}", line) for number, line in enumerate(text.split("\n"), 1))
    return _suggested(FileContent("text", (Text("text", paragraphs),)), text, kind, embedder)


def suggested_of_file(data: bytes, kind: Kind, embedder: Embedder) -> DraftSuggestion:
    """The suggestions for the first demand or achievement of a file.

    Raises:
        Invalid: the file cannot be read, or see `suggested_of_text`.
    """
    content = read_content(data)
    return _suggested(content, "\n".join(_lines(content)), kind, embedder)


def _suggested(content: FileContent, text: str, kind: Kind, embedder: Embedder) -> DraftSuggestion:
    whole, _ = without_identity_numbers(text_of(text))
    if not whole:
        raise Invalid.field("text", "empty", "没有可读的文字", "holds no text")
    if len(whole) > MAX_TEXT:
        raise Invalid.field(
            "text", "text_too_long", f"文字至多 {MAX_TEXT} 字", f"must have at most {MAX_TEXT} characters"
        )
    if any(marking.certain for marking in find_markings(whole)):
        raise Invalid.field(
            "text",
            "secret",
            "涉密内容不得在平台登记；请按保密规定管理，脱密后再填报",
            "is marked as a state secret and must not be entered here",
        )
    with damage_refused(content.form):
        suggestions = list(_of_labels(content, whole, kind))
    suggestions += _of_text(whole, kind, {one.field for one in suggestions})
    known = frozenset(one.field for one in suggestions)
    suggestions += nearest(whole, embedder, given=known)
    fields = _fields(suggestions)
    return DraftSuggestion(
        kind=kind,
        text=whole,
        suggestions=suggestions,
        fields=fields,
        missing=[name for name in _REQUIRED[kind] if name not in fields and name != "owner_org"],
    )


def _of_labels(content: FileContent, text: str, kind: Kind) -> Iterator[Suggestion]:
    """What labelled parts and cells say, by the rules of imports."""
    draft: Draft | None = next(
        (one for one in Extraction(content, is_prose=False).drafts() if one.kind is kind), None
    )
    if draft is None or draft.refusal is not None:
        return
    for name, value in draft.shown().items():
        origin, note = draft.origins.get(name), draft.derived.get(name)
        if name in ("owner_org", "owner_uscc", "source_ref", "number") or origin is None:
            continue
        span = span_of(text, origin.raw)
        place = span.place(text) if span is not None else TextPlace(quote=origin.raw)
        place.cell = f"{origin.cell} {origin.header}".strip()
        yield Suggestion(
            field=name,
            value=value,
            how="stated" if note is None else "derived",
            note=note.zh if note is not None else "",
            place=place,
        )


def _of_text(text: str, kind: Kind, given: set[str]) -> list[Suggestion]:
    found: list[Suggestion] = []
    is_demand = kind is Kind.DEMAND
    prefix, modes = ("budget", "cooperation_modes") if is_demand else ("price", "transfer_modes")
    if "title" not in given:
        found += phrases.title_of(text, kind)
    if _BODY[kind] not in given:
        span = TextSpan(0, min(len(text), _MAX_BODY[kind]))
        found.append(Suggestion(field=_BODY[kind], value=text[: span.end], place=span.place(text)))
    if not {f"{prefix}_min_wan", f"{prefix}_max_wan"} & given:
        found += phrases.money_of(text, prefix)
    if is_demand and "deadline" not in given:
        found += phrases.deadline_of(text, today())
    taken = [
        TextSpan(one.place.start, one.place.end)
        for one in found
        if one.field not in ("title", _BODY[kind])
        and one.place.start is not None
        and one.place.end is not None
    ]
    if "region" not in given:
        found += phrases.region_of(text)
    if modes not in given:
        found += phrases.modes_of(text, modes)
    if "keywords" not in given:
        found += phrases.keywords_of(text)
    found += phrases.indicators_of(text, taken)
    return found


def _fields(suggestions: list[Suggestion]) -> dict[str, Any]:
    """The first suggestion of each field; all indicators. Contacts wait for the person."""
    fields: dict[str, Any] = {}
    for one in suggestions:
        if one.field == "indicators":
            fields.setdefault("indicators", []).append(one.value)
        elif one.field not in _PERSONAL:
            fields.setdefault(one.field, one.value)
    return fields


def _lines(content: FileContent) -> Iterator[str]:
    for part in content.parts:
        if isinstance(part, Text):
            yield from (text for _, text in part.paragraphs)
        elif isinstance(part, Grid) and not part.hidden:
            for row in part.rows():
                cells = [text_of(value) for value in row.values]
                if any(cells):
                    yield "  ".join(dict.fromkeys(cell for cell in cells if cell))

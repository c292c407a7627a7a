"""The search page: filters with their counts, rows with the searched words marked, and the addresses of other pages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.libraries.record.enums import CertificateLevel, RecordKind
from app.libraries.visibility.price_bands import MoneyBand
from app.vocabularies import vocabulary
from app.web.i18n import language_now, translate
from app.web.i18n import mark as _
from app.web.views.evidence import EvidencePiece, EvidenceSpan, cut
from app.web.views.record_sheet import mark_of, regions

SHOWN_OPTIONS = 8


@dataclass(frozen=True, slots=True)
class FilterOption:
    """One value of a filter; `href` switches it on or off."""

    code: str
    label: str
    count: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class FilterView:
    """A filter: the first options, and the rest behind one click."""

    name: str
    label: str
    first: tuple[FilterOption, ...]
    rest: tuple[FilterOption, ...]

    @property
    def chosen(self) -> tuple[FilterOption, ...]:
        """The options that are on."""
        return tuple(option for option in (*self.first, *self.rest) if option.is_on)


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A record in the results. `title` is cut at the searched words."""

    href: str
    number: str
    title: tuple[EvidencePiece, ...]
    owner: str
    facts: tuple[str, ...]
    keywords: tuple[str, ...]
    day: str | None


FILTERS: Mapping[RecordKind, Mapping[str, tuple[str, str]]] = {
    RecordKind.ACHIEVEMENT: {
        "field": (_("技术领域"), "hightech_fields"),
        "region": (_("地区"), "regions"),
        "mode": (_("转化方式"), "transfer_modes"),
    },
    RecordKind.DEMAND: {
        "field": (_("技术领域"), "hightech_fields"),
        "region": (_("地区"), "regions"),
        "mode": (_("合作方式"), "transfer_modes"),
    },
    RecordKind.MANAGER: {
        "field": (_("擅长领域"), "hightech_fields"),
        "region": (_("服务区域"), "regions"),
    },
}
"""The filters of each library with counts: label and vocabulary."""


def filters_of(
    kind: RecordKind, facets: Mapping[str, Sequence[Mapping[str, Any]]], chosen: Mapping[str, Sequence[str]]
) -> tuple[FilterView, ...]:
    """The filters with their counts; what is chosen comes first and stays even if nothing is left of it."""
    views = []
    for name, (label, terms) in FILTERS[kind].items():
        on = set(chosen.get(name, ()))
        known = vocabulary(terms)
        counts = {entry["code"]: entry["count"] for entry in facets.get(name, ())}
        counts |= {code: 0 for code in on if code not in counts}
        options = sorted(
            (
                FilterOption(code, known.label(code, language_now()), count, code in on)
                for code, count in counts.items()
            ),
            key=lambda option: (not option.is_on, -option.count, option.code),
        )
        shown = max(SHOWN_OPTIONS, len(on))
        if options:
            views.append(FilterView(name, translate(label), tuple(options[:shown]), tuple(options[shown:])))
    return tuple(views)


def row_of(kind: RecordKind, plural: str, record: Mapping[str, Any], words: Iterable[str]) -> ResultRow:
    """The row of a record as its reader may see it."""
    return ResultRow(
        href=f"/{plural}/{record['number']}",
        number=record["number"],
        title=marked(record["title"], words),
        owner=record.get("owner_name") or record.get("public_alias") or "",
        facts=tuple(filter(None, _facts(kind, record))),
        keywords=tuple((record.get("keywords") or ())[:5]),
        day=record.get("published_at"),
    )


def marked(text: str, words: Iterable[str]) -> tuple[EvidencePiece, ...]:
    """The text cut at each place of the words, whatever their case."""
    spans = [
        EvidenceSpan(found.start(), found.end(), 1)
        for word in words
        if word
        for found in re.finditer(re.escape(word), text, re.IGNORECASE)
    ]
    return cut(text, spans)


def words_of(search: Mapping[str, Any] | None) -> tuple[str, ...]:
    """What the service searched for: words, phrases, alternatives and synonyms."""
    if not search:
        return ()
    alternatives = [word for group in search["alternatives"] for word in group]
    synonyms = [word for group in search["synonyms"].values() for word in group]
    return (*search["terms"], *search["phrases"], *alternatives, *synonyms)


def _facts(kind: RecordKind, record: Mapping[str, Any]) -> Iterable[str]:
    language = language_now()
    for code in (record.get("fields") or [])[:1]:
        yield vocabulary("hightech_fields").label(code, language)
    if record.get("region"):
        yield regions(record["region"])
    if kind is RecordKind.MANAGER:
        level = record.get("certificate_level")
        if level and level != CertificateLevel.NONE:
            words = translate(_("证书：%(level)s")) % {"level": CertificateLevel.of(level).label(language)}
            yield words + mark_of(record, "certificate_level")
        if record.get("recognised_tier"):
            yield translate(_("%(tier)s 类人才")) % {"tier": record["recognised_tier"]}
        return
    if record.get("trl"):
        yield f"TRL {record['trl']}"
    if record.get("min_trl"):
        yield translate(_("不低于 TRL %(level)s")) % {"level": record["min_trl"]}
    band = record.get("price_band") or record.get("budget_band")
    if band:
        yield MoneyBand.of(band).label(language)
    if record.get("deadline"):
        yield translate(_("截止 %(day)s")) % {"day": record["deadline"]}

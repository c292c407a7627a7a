"""A record as its reviewer reads it: with what changed, what the checks mark, and what strangers will see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.accounts.access.principal import ANONYMOUS, Principal
from app.database import ReadSession
from app.libraries.http.responses import read_many
from app.libraries.library import Library
from app.libraries.review.findings import ReviewChecks
from app.libraries.review.queue import ReviewRecord, seen_before
from app.web.views.record_sheet import RecordSheet, record_sheet, record_texts
from app.web.views.review_text import ReviewPiece, review_pieces


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """What stands in the middle of the page.

    Attributes:
        texts: heading and pieces.
        changed: label, and the fact before and now, of facts that differ.
        public: the record as a stranger will see it.
        since: the version with which it is compared; None if it is new.
    """

    record: Mapping[str, Any]
    facts: tuple[tuple[str, str], ...]
    title: tuple[ReviewPiece, ...]
    texts: tuple[tuple[str, tuple[ReviewPiece, ...]], ...]
    indicators: tuple[Mapping[str, Any], ...]
    keywords: tuple[str, ...]
    changed: tuple[tuple[str, str, str], ...]
    public: RecordSheet
    public_record: Mapping[str, Any]
    since: int | None

    @property
    def is_changed(self) -> bool:
        """Whether anything of what the page compares has changed."""
        return bool(self.changed) or any(
            piece.kind in ("added", "removed") for _, pieces in self.texts for piece in pieces
        )


def review_sheet(
    session: ReadSession, library: Library, record: ReviewRecord, checks: ReviewChecks, principal: Principal
) -> ReviewSheet:
    """The sheet of a record."""
    (shown,) = read_many(session, library, [record], principal=principal)
    (public,) = read_many(session, library, [record], principal=ANONYMOUS)
    version = seen_before(session, record)
    before: Mapping[str, Any] | None = version.data if version else None
    sheet = record_sheet(library.kind, shown)
    return ReviewSheet(
        record=shown,
        facts=sheet.facts,
        title=review_pieces(record.title, before["title"] if before else None, _marks(checks, "title")),
        texts=tuple(
            (label, review_pieces(text, (before.get(name) or "") if before else None, _marks(checks, name)))
            for name, label, text in record_texts(library.kind, shown)
        ),
        indicators=sheet.indicators,
        keywords=sheet.keywords,
        changed=_changed(library, sheet, shown, before),
        public=record_sheet(library.kind, public),
        public_record=public,
        since=version.version if version else None,
    )


def _marks(checks: ReviewChecks, name: str) -> list[tuple[int, int]]:
    return [one.span for one in checks.findings if one.field == name and one.span]


def _changed(
    library: Library, sheet: RecordSheet, shown: Mapping[str, Any], before: Mapping[str, Any] | None
) -> tuple[tuple[str, str, str], ...]:
    if before is None:
        return ()
    known = {name: shown.get(name) for name in ("view_level", "owner_name", "public_alias")}
    old = dict(record_sheet(library.kind, dict(before) | known).facts)
    new = dict(sheet.facts)
    return tuple(
        (label, old.get(label, ""), new.get(label, ""))
        for label in dict.fromkeys([*new, *old])
        if old.get(label, "") != new.get(label, "")
    )

"""What the queue of a page shows: the rows that wait with their flags, those decided lately, and the way through it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.accounts.access.principal import Principal
from app.database import ReadSession
from app.errors import NotFound
from app.libraries.library import Library
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.libraries.review.findings import ReviewChecks, checks_of
from app.libraries.review.queue import (
    DecidedRecord,
    ReviewRecord,
    WaitingCount,
    decided_lately,
    waiting,
    waiting_counts,
)
from app.vocabularies import vocabulary
from app.web.i18n import language_now
from app.web.i18n import mark as _

KINDS: Mapping[str, tuple[RecordKind, str]] = {
    "demand": (RecordKind.DEMAND, _("需求")),
    "achievement": (RecordKind.ACHIEVEMENT, _("成果")),
    "manager": (RecordKind.MANAGER, _("经理人")),
}
"""Kind in addresses → library and its name."""

FLAGS: Mapping[str, str] = {"": _("全部"), "clean": _("无提醒"), "flagged": _("有提醒")}


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which queue, and which part of it."""

    kind: str
    field: str = ""
    flag: str = ""

    @property
    def library(self) -> Library:
        """The library of the queue.

        Raises:
            NotFound: there is no such queue.
        """
        if self.kind not in KINDS:
            raise NotFound
        return LIBRARIES[KINDS[self.kind][0]]

    def link(self, number: str | None = None, **more: str) -> str:
        """The queue, or the page of one of its records."""
        path = f"/bureau/review/{self.kind}/{number}" if number else "/bureau/review"
        kept = {"kind": "" if number else self.kind, "field": self.field, "flag": self.flag} | more
        query = urlencode({name: value for name, value in kept.items() if value})
        return f"{path}?{query}" if query else path


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A record that waits.

    Attributes:
        who: how its owner is named, and whether it is published without the name.
    """

    record: ReviewRecord
    checks: ReviewChecks

    @property
    def number(self) -> str:
        """Of the record."""
        return self.record.number

    @property
    def is_confidential(self) -> bool:
        """Whether it is published without the name of its owner."""
        return self.record.publish_mode == "confidential"

    @property
    def field(self) -> str:
        """The first technical field, in the language of the page."""
        codes = self.record.fields
        return vocabulary("hightech_fields").label(codes[0][:2], language_now()) if codes else ""


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """A queue as far as it is shown."""

    filter: QueueFilter
    rows: Sequence[QueueRow]
    decided: Sequence[DecidedRecord]
    counts: Mapping[RecordKind, WaitingCount]

    @property
    def total(self) -> int:
        """How many records of this kind wait."""
        return self.counts[KINDS[self.filter.kind][0]].number

    @property
    def clean(self) -> list[QueueRow]:
        """The rows in which the checks find nothing."""
        return [row for row in self.rows if row.checks.is_clean]

    def around(self, number: str) -> tuple[str, str]:
        """The numbers of the records before and after this one; empty where there is none."""
        numbers = [row.number for row in self.rows]
        place = numbers.index(number) if number in numbers else -1
        before = numbers[place - 1] if place > 0 else ""
        after = numbers[place + 1] if place + 1 < len(numbers) else ""
        return before, after


def review_queue(session: ReadSession, filter: QueueFilter, *, principal: Principal) -> ReviewQueue:
    """The queue that the filter chooses, with the findings of each of its rows."""
    library = filter.library
    found = waiting(session, library, field=filter.field or None, principal=principal)
    rows: list[Any] = [QueueRow(record, checks_of(session, library, record)) for record in found]
    if filter.flag in ("clean", "flagged"):
        rows = [row for row in rows if row.checks.is_clean == (filter.flag == "clean")]
    return ReviewQueue(
        filter,
        rows,
        decided_lately(session, library, principal=principal),
        waiting_counts(session, principal=principal),
    )

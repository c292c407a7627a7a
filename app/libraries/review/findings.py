"""What the automatic checks find in a record that waits for review."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.clock import today
from app.errors import FieldError, Invalid
from app.libraries.demands.clarity import Finding, Severity, clarity
from app.libraries.library import Library
from app.libraries.lifecycle.publishing import check_publishable
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import Record
from app.libraries.record.versions import values_of
from app.libraries.review.duplicates import LIKELY, NearestRecord, nearest
from app.libraries.validation.leaks.secrecy import CONFIRMATION_NEEDED


class Weight(StrEnum):
    """What a finding means: it forbids publication, needs somebody to look, or is only worth knowing."""

    STOPS = "stops"
    LOOK = "look"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class ReviewFinding:
    """One finding.

    Attributes:
        field: dotted path in the record; empty if it concerns the whole.
        reason: code of the `ReturnReason` that answers it.
        span: start and end in the field's text, in characters.
        word: what the reviewer may confirm as harmless; empty if nothing.
    """

    weight: Weight
    field: str
    zh: str
    en: str
    reason: str
    span: tuple[int, int] | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class ReviewChecks:
    """All findings, gravest first, and what was looked at without a finding."""

    findings: tuple[ReviewFinding, ...]
    nearest: NearestRecord | None
    verified: bool
    has_code: bool

    @property
    def flags(self) -> tuple[ReviewFinding, ...]:
        """The findings for which somebody must look at the record."""
        return tuple(one for one in self.findings if one.weight is not Weight.HINT)

    @property
    def stops(self) -> bool:
        """Whether the record cannot be published as it is."""
        return any(one.weight is Weight.STOPS for one in self.findings)

    @property
    def is_clean(self) -> bool:
        """Whether nothing keeps the record from being approved unread."""
        return not self.flags

    @property
    def reasons(self) -> tuple[str, ...]:
        """Codes of the reasons for a return, each once."""
        return tuple(dict.fromkeys(one.reason for one in self.flags if one.reason))


_REASONS = {
    "short_problem": "problem",
    "several_problems": "problem",
    "gibberish": "problem",
    "buying_not_research": "problem",
    "buying_declared": "problem",
    "no_conditions": "conditions",
    "past_deadline": "fields",
}


def checks_of(session: Session, library: Library, record: Record) -> ReviewChecks:
    """Everything that is checked; the caller has found the record for an operator."""
    owner = session.get(Organisation, record.owner_org_id)
    verified = owner is not None and owner.trusted
    alike = nearest(session, library, record)
    findings = [
        *_errors(session, library, record),
        *_of_owner(verified=verified),
        *_of_copy(alike),
        *_of_text(library, record),
    ]
    order = list(Weight)
    findings.sort(key=lambda one: order.index(one.weight))
    return ReviewChecks(tuple(findings), alike, verified, bool(owner and owner.uscc))


def _errors(session: Session, library: Library, record: Record) -> Iterator[ReviewFinding]:
    with session.no_autoflush:
        try:
            check_publishable(session, library, record)
        except Invalid as invalid:
            yield from map(_of_error, invalid.fields)


def _of_error(error: FieldError) -> ReviewFinding:
    asks = error.code == CONFIRMATION_NEEDED
    reason = "identity" if asks or error.code.startswith("leak_") else "fields"
    return ReviewFinding(
        Weight.STOPS,
        error.field,
        error.zh,
        error.en,
        reason,
        error.span,
        (error.confirm or "") if asks else "",
    )


def _of_owner(*, verified: bool) -> Iterator[ReviewFinding]:
    if not verified:
        yield ReviewFinding(
            Weight.LOOK,
            "",
            "单位尚未核验。通过后，记录即公开。",
            "The organisation is not verified. Once approved, the record is public.",
            "organisation",
        )


def _of_copy(alike: NearestRecord | None) -> Iterator[ReviewFinding]:
    if alike is not None and alike.similarity >= LIKELY:
        yield ReviewFinding(
            Weight.LOOK,
            "",
            f"疑似重复：与 {alike.number}《{alike.title}》相似度 {alike.similarity:.2f}。",
            f"Likely a duplicate of {alike.number}, {alike.title}: similarity {alike.similarity:.2f}.",
            "duplicate",
        )


def _of_text(library: Library, record: Record) -> Iterator[ReviewFinding]:
    if library.kind is not RecordKind.DEMAND:
        return
    for finding in clarity(values_of(record, library.relations), today=today()).findings:
        yield _of_clarity(finding)


def _of_clarity(finding: Finding) -> ReviewFinding:
    weight = Weight.LOOK if finding.severity is Severity.HIGH else Weight.HINT
    return ReviewFinding(
        weight, finding.field, finding.zh, finding.en, _REASONS.get(finding.code, "figures"), None
    )

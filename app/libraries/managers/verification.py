"""What the bureau has verified of a manager's own statements (自述 / 已核验): certificate, years, brokered work. Pure.

A verified claim is a copy of the statement with who verified it and when. It holds while the record still says the
same: who changes a verified statement makes it self-declared again.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

CERTIFICATE, YEARS, WORK = "certificate", "years", "work"
MARKS: Mapping[bool, tuple[str, str]] = {
    True: ("verified", "已核验"),
    False: ("self_declared", "自述"),
}
"""Whether something is verified → the code and the Chinese word for it, the same everywhere."""


class Claims(Protocol):
    """The statements of a manager's record."""

    certificate_level: str
    years: int | None
    track_record: list[dict[str, Any]]
    verified_claims: list[dict[str, Any]]


def holding(record: Claims) -> list[dict[str, Any]]:
    """The verified claims that the record still makes. A certificate is no statement of the record alone: it stays."""
    kept = []
    for claim in record.verified_claims or ():
        said: Sequence[Any] = {
            CERTIFICATE: (claim["value"],),
            YEARS: (record.years,),
            WORK: record.track_record or (),
        }[claim["item"]]
        if claim["value"] in said:
            kept.append(claim)
    return kept


def is_verified(record: Claims, item: str, value: Any) -> bool:
    return _claim(record, item, value) is not None


def marks(record: Claims) -> list[dict[str, Any]]:
    """One mark each for the level of the certificate and the years of practice, as far as the record names them."""
    found = []
    if (record.certificate_level or "none") != "none":
        found.append(_mark(record, CERTIFICATE, record.certificate_level))
    if record.years is not None:
        found.append(_mark(record, YEARS, record.years))
    return found


def work_marks(record: Claims) -> list[dict[str, Any]]:
    """One mark for each brokered work, in the order of the record."""
    return [_mark(record, WORK, work) | {"value": work.get("title")} for work in record.track_record or ()]


def _mark(record: Claims, item: str, value: Any) -> dict[str, Any]:
    claim = _claim(record, item, value)
    mark, zh = MARKS[claim is not None]
    return {
        "item": item,
        "value": value,
        "mark": mark,
        "mark_zh": zh,
        "verified_by": claim["by"] if claim else None,
        "verified_on": claim["on"] if claim else None,
    }


def _claim(record: Claims, item: str, value: Any) -> dict[str, Any] | None:
    return next(
        (
            claim
            for claim in record.verified_claims or ()
            if claim["item"] == item and claim["value"] == value
        ),
        None,
    )

"""Readable reference numbers, one series per kind and year.

JN-A-2026-000001 (achievement), JN-D-… (demand), JN-M-… (manager), DJ-… (engagement, 对接), HT-…
(contract, 合同). Records that are confidential from the beginning have random serials instead of the next one: between
its neighbours a number tells with which records of which owner it was made.
"""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.clock import local_now
from app.database import insert_into
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import NumberSeries

RANDOM_FROM = 100_000_000
"""Random serials have nine digits; a series never gets there."""


def next_numbers(session: Session, kind: RecordKind, *, count: int = 1) -> list[str]:
    """The next `count` numbers of this year for records of a library."""
    letter = kind[0].upper()
    return take_numbers(session, letter, prefix=f"JN-{letter}", count=count)


def unlinked_number(session: Session, kind: RecordKind, taken: InstrumentedAttribute[str]) -> str:
    """A number of this year, with a random serial that `taken` does not have, for a confidential record."""
    letter, year = kind[0].upper(), local_now().year
    while True:
        serial = RANDOM_FROM + secrets.randbelow(9 * RANDOM_FROM)
        number = f"JN-{letter}-{year}-{serial}"
        if session.scalar(select(taken).where(taken == number)) is None:
            return number


def take_numbers(session: Session, series: str, *, prefix: str, count: int = 1) -> list[str]:
    """The next `count` numbers of this year in a series: `prefix`, year and serial. `series` is one or two letters.

    One statement that adds and answers locks the series until the transaction ends: two writers queue for it, and a
    transaction that is undone gives its numbers back.
    """
    year = local_now().year
    last = session.scalar(
        insert_into(session, NumberSeries)
        .values(letter=series, year=year, last=count)
        .on_conflict_do_update(index_elements=["letter", "year"], set_={"last": NumberSeries.last + count})
        .returning(NumberSeries.last)
    )
    return [f"{prefix}-{year}-{serial:06d}" for serial in range(last - count + 1, last + 1)]

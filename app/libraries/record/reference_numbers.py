"""Readable reference numbers, one series per kind and year.

JN-A-2026-000001 (achievement), JN-D-… (demand), JN-M-… (manager), DJ-… (engagement, 对接), HT-…
(contract, 合同).
"""

from sqlalchemy.orm import Session

from app.clock import local_now
from app.database import insert_into
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import NumberSeries


def next_numbers(session: Session, kind: RecordKind, *, count: int = 1) -> list[str]:
    """The next `count` numbers of this year for records of a library."""
    letter = kind[0].upper()
    return take_numbers(session, letter, prefix=f"JN-{letter}", count=count)


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

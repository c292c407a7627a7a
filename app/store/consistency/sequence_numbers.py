"""Numbers that are given once: reference numbers, places in inboxes and in the feed, sequences of PostgreSQL."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.database import insert_into, on_sqlite
from app.engagements.contract_models import Contract
from app.engagements.models import Engagement
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import NumberSeries
from app.libraries.record.reference_numbers import RANDOM_FROM
from app.libraries.registry import LIBRARIES
from app.partners.feed.models import FeedChange, FeedPosition
from app.pushes.models import InboxChange, InboxPosition
from app.settings import Settings
from app.store.consistency.result import CheckResult, CheckScope
from app.store.sequences import numbered_columns
from app.talent.contests.models import Contest
from app.talent.filings.models import Filing
from app.talent.rankings.models import Ranking
from app.talent.rounds.models import RecognitionRound

_NUMBER = re.compile(r"-(?P<year>\d{4})-(?P<serial>\d{6,})$")

_OTHERS: Mapping[str, InstrumentedAttribute[Any]] = {
    "DJ": Engagement.number,
    "HT": Contract.number,
    "BA": Filing.filing_number,
    "RD": RecognitionRound.number,
    "PM": Ranking.number,
    "DS": Contest.number,
}
"""Series → the column with its numbers, besides the libraries."""


def number_series(scope: CheckScope, result: CheckResult) -> None:
    """No reference number in use is above the last number that its series has given: it would be given again."""
    last = {(row.letter, row.year): row.last for row in scope.session.scalars(select(NumberSeries))}
    for (letter, year), highest in sorted(_highest(scope.session, result).items()):
        if highest > last.get((letter, year), 0):
            result.add(
                (letter, year, highest),
                f"{letter} 系列 {year} 年已用到 {highest}，记录的最后编号是 {last.get((letter, year), 0)}",
                f"series {letter} of {year} is used up to {highest}, but noted up to {last.get((letter, year), 0)}",
            )


def mend_number_series(session: Session, _: Settings, keys: Sequence[Any]) -> None:
    """Continue each series after its highest number."""
    for letter, year, highest in keys:
        kept = insert_into(session, NumberSeries).values(letter=letter, year=year, last=highest)
        session.execute(
            kept.on_conflict_do_update(
                index_elements=["letter", "year"],
                set_={"last": highest},
                where=NumberSeries.last < highest,
            )
        )


def inbox_positions(scope: CheckScope, result: CheckResult) -> None:
    """No change of an inbox is numbered above the inbox's last number: a stream would lose the next one."""
    query = (
        select(InboxChange.manager_id, func.max(InboxChange.seq), func.max(InboxPosition.last))
        .outerjoin(InboxPosition, InboxPosition.manager_id == InboxChange.manager_id)
        .group_by(InboxChange.manager_id)
    )
    for manager_id, highest, last in scope.session.execute(query):
        result.examined += 1
        if last is None or last < highest:
            result.add(
                (manager_id, highest),
                f"收件箱已有第 {highest} 项变动，记录的最后一项是 {last or 0}",
                f"the inbox has change {highest}, and its last one is noted as {last or 0}",
            )


def mend_inbox_positions(session: Session, _: Settings, keys: Sequence[Any]) -> None:
    """Continue each inbox after its highest number."""
    for manager_id, highest in keys:
        kept = insert_into(session, InboxPosition).values(manager_id=manager_id, last=highest)
        session.execute(
            kept.on_conflict_do_update(
                index_elements=["manager_id"], set_={"last": highest}, where=InboxPosition.last < highest
            )
        )


def feed_position(scope: CheckScope, result: CheckResult) -> None:
    """No change in the feed is numbered above the feed's last number: partners would miss the next one."""
    last = scope.session.scalar(select(func.max(FeedPosition.last))) or 0
    highest = scope.session.scalar(select(func.max(FeedChange.seq))) or 0
    result.examined += 1
    if highest > last:
        result.add(
            highest,
            f"数据流已有第 {highest} 项，记录的最后一项是 {last}",
            f"the feed has change {highest}, and its last one is noted as {last}",
        )


def mend_feed_position(session: Session, _: Settings, keys: Sequence[Any]) -> None:
    """Continue the feed after its highest number."""
    for position in session.scalars(select(FeedPosition).with_for_update()):
        position.last = max(position.last, *keys)


def database_sequences(scope: CheckScope, result: CheckResult) -> None:
    """On PostgreSQL, no sequence is behind the column that it numbers: the next row could not be stored."""
    if on_sqlite(scope.session):
        return
    for name, column in numbered_columns(scope.session.connection()):
        result.examined += 1
        highest = _highest_of(scope.session, column)
        last = scope.session.scalar(text(f"SELECT last_value FROM {name}"))  # noqa: S608 — a name of the catalogue
        if highest > (last or 0):
            result.add(
                name,
                f"序列为 {last}，而列 {column} 已用到 {highest}",
                f"the sequence is at {last}, and {column} at {highest}",
            )


def mend_database_sequences(session: Session, _: Settings, keys: Sequence[Any]) -> None:
    """Set each sequence to the highest number of its column."""
    for name, column in numbered_columns(session.connection()):
        if name in keys:
            parameters = {"name": name, "highest": _highest_of(session, column)}
            session.execute(text("SELECT setval(:name, :highest)"), parameters)


def _highest_of(session: Session, column: ColumnElement[Any]) -> int:
    return session.scalar(select(func.max(column))) or 0


def _highest(session: Session, result: CheckResult) -> dict[tuple[str, int], int]:
    """The highest serial in use, by series and year."""
    columns = {kind[0].upper(): library.model.number for kind, library in _libraries()} | dict(_OTHERS)
    highest: dict[tuple[str, int], int] = {}
    for letter, column in columns.items():
        for number in session.scalars(select(column).where(column.is_not(None))):
            result.examined += 1
            parts = _NUMBER.search(number)
            if parts is not None and number.startswith((f"{letter}-", f"JN-{letter}-")):
                series, serial = (letter, int(parts["year"])), int(parts["serial"])
                if serial < RANDOM_FROM:
                    highest[series] = max(highest.get(series, 0), serial)
    return highest


def _libraries() -> list[tuple[RecordKind, Any]]:
    return list(LIBRARIES.items())

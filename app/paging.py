"""Cursor pagination: a cursor holds the sort value and id of a page's last row, and the next page starts after it.

Unlike an offset, a cursor neither skips nor repeats rows while rows are added and removed, and page 1,000 is as fast as
the first one.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from app.errors import Invalid

MAX_PAGE = 100
# A title of 200 characters of four bytes each and an id, in base64.
MAX_CURSOR = 1200

Item = TypeVar("Item")
Row = TypeVar("Row")

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="每页条数")]
Cursor = Annotated[str | None, Query(max_length=MAX_CURSOR, description="上一页返回的 next_cursor")]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The requested page: maximum number of rows, and the cursor of the previous page."""

    limit: int
    cursor: str | None = None


# A coroutine, because FastAPI would run a plain function in its thread pool.
async def _page_request(limit: Limit = 20, cursor: Cursor = None) -> PageRequest:
    return PageRequest(limit, cursor)


Paging = Annotated[PageRequest, Depends(_page_request)]


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next_cursor` is null on the last page."""

    items: list[Item]
    next_cursor: str | None = Field(description="下一页的游标；最后一页为 null")


@dataclass(frozen=True, slots=True)
class Sort:
    """A column or expression that a list can be sorted by. It must not be null: use `coalesce` for nullable columns.

    `name` is stored in the cursor, so that it is refused for another list or sort.
    """

    column: InstrumentedAttribute[Any] | ColumnElement[Any]
    python_type: type
    descending: bool = False
    name: str = ""


def pick_sort(sorts: Mapping[str, Sort], name: str) -> Sort:
    """The sort with this name.

    Raises:
        Invalid: there is no such sort; the message lists the available ones.
    """
    if name not in sorts:
        allowed = ", ".join(sorts)
        raise Invalid.field(
            "sort", "unknown_sort", f"排序应为以下之一：{allowed}", f"sort must be one of: {allowed}"
        )
    return replace(sorts[name], name=name)


def fetch_page(
    session: Session, query: Select[Row], sort: Sort, paging: PageRequest, *, keys_first: bool = False
) -> tuple[Sequence[Row], str | None]:
    """The rows of a page (the first entity of each) and the cursor of the next page.

    Rows with the same value of `sort` are ordered by their id. With `keys_first`, for lists of many wide rows, only ids
    are sorted, and whole rows are read for the page alone; the query must select one entity and have no options.

    Raises:
        Invalid: the cursor does not belong to this list and sort.
    """
    key = query.column_descriptions[0]["entity"].id
    if paging.cursor:
        query = query.where(_after(sort, key, *_decode(paging.cursor, sort)))
    value = sort.column.label("sort_value")
    query = query.add_columns(value).order_by(*_order(sort, value, key)).limit(paging.limit + 1)
    results = session.execute(_rows_of_keys(query, sort, key) if keys_first else query).all()
    rows = [row[0] for row in results]
    if len(rows) <= paging.limit:
        return rows, None
    last = paging.limit - 1
    return rows[: paging.limit], _encode(sort.name, results[last][-1], rows[last].id)


def list_page(
    session: Session, query: Select[Row], sort: Sort, paging: PageRequest, read: Callable[[Row], Item]
) -> Page[Item]:
    """A page of a list; `read` turns each row into an item.

    Raises:
        Invalid: the cursor does not belong to this list and sort.
    """
    rows, next_cursor = fetch_page(session, query, sort, paging)
    return Page(items=[read(row) for row in rows], next_cursor=next_cursor)


def sort_of_cursor(cursor: str | None) -> str:
    """The name of the sort that a cursor belongs to; empty without a cursor, or if it is not one of ours."""
    try:
        return str(json.loads(_bytes_of(cursor or ""))[0])
    except (ValueError, TypeError, LookupError):
        return ""


def _bytes_of(cursor: str) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def _rows_of_keys(query: Select[Any], sort: Sort, key: InstrumentedAttribute[UUID]) -> Select[Any]:
    page = query.with_only_columns(key, query.selected_columns["sort_value"]).subquery()
    return (
        select(key.class_, page.c.sort_value)
        .join(page, page.c.id == key)
        .order_by(*_order(sort, page.c.sort_value, page.c.id))
    )


def _order(sort: Sort, value: Any, key: Any) -> tuple[Any, Any]:
    return (value.desc(), key.desc()) if sort.descending else (value.asc(), key.asc())


def _after(sort: Sort, key: InstrumentedAttribute[UUID], value: Any, id_: UUID) -> Any:
    if sort.descending:
        return or_(sort.column < value, and_(sort.column == value, key < id_))
    return or_(sort.column > value, and_(sort.column == value, key > id_))


def _encode(sort_name: str, value: Any, id_: UUID) -> str:
    text = value.isoformat() if isinstance(value, date | datetime) else str(value)
    raw = json.dumps([sort_name, text, str(id_)], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


_PARSERS: dict[type, Callable[[str], Any]] = {
    datetime: lambda text: datetime.fromisoformat(text).astimezone(UTC),
    date: date.fromisoformat,
    int: int,
    float: float,
    Decimal: Decimal,
    str: str,
}


def _storable(value: Any) -> Any:
    """
    Raises:
        ValueError: the databases cannot store this value, so the cursor is not one of ours.
    """
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("the text contains NUL")
        value.encode()
    elif isinstance(value, int | float | Decimal) and not -(2**53) < value < 2**53:
        raise ValueError("the number is out of range")
    return value


def _decode(cursor: str, sort: Sort) -> tuple[Any, UUID]:
    try:
        name, text, id_ = json.loads(_bytes_of(cursor))
        if name != sort.name:
            raise ValueError("the cursor belongs to another list")
        return _storable(_PARSERS[sort.python_type](text)), UUID(id_)
    except (
        binascii.Error,
        ValueError,
        TypeError,
        ArithmeticError,
        AttributeError,
        UnicodeDecodeError,
    ) as error:
        raise Invalid.field(
            "cursor",
            "bad_cursor",
            "游标无效：请使用本列表上一页返回的 next_cursor，且不要更改排序",
            "the cursor was not returned by this list with this sort",
        ) from error

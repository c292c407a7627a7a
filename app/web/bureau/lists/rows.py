"""What the lists of the bureau have in common: the place in a list, and its pager."""

from typing import Annotated

from fastapi import Query

from app.paging import MAX_CURSOR, PageRequest
from app.web.page import WebPage

ROWS = 50

Cursor = Annotated[str | None, Query(max_length=MAX_CURSOR)]
Text = Annotated[str, Query(max_length=80)]


def place(cursor: str | None) -> PageRequest:
    """The rows to read."""
    return PageRequest(ROWS, cursor or None)


def next_address(page: WebPage, cursor: str | None, *, of_path: str | None = None) -> str | None:
    """The address of the page after; None on the last. `of_path`: see `WebPage.with_query`."""
    return page.with_query(of_path=of_path, cursor=cursor) if cursor else None


def tabs_of(
    page: WebPage, name: str, chosen: str, labels: dict[str, str], *, of_path: str | None = None
) -> list[tuple[str, str, None, bool]]:
    """Tabs that set the parameter `name`; the rest of the address is kept, the place in the list is not."""
    return [
        (
            label,
            page.with_query(of_path=of_path, **{name: value or None, "cursor": None}),
            None,
            value == chosen,
        )
        for value, label in labels.items()
    ]

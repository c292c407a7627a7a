"""Lists of a library with optional facet counts; the number of queries does not depend on the page length."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Select, func, literal, not_, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.accounts.access.opened_records import NOTHING_OPENED, OpenedRecords
from app.accounts.access.principal import Principal
from app.errors import Invalid
from app.libraries.http.filters import RecordFilters, common_conditions, require_details
from app.libraries.http.responses import read_many, reading_of
from app.libraries.library import Library
from app.libraries.record.enums import CertificateLevel, RecordState
from app.libraries.record.models import RecordCode, listed_at
from app.libraries.search.conditions import Searcher, Weights
from app.libraries.search.full_text import SearchDocument
from app.libraries.search.query import read_query
from app.libraries.search.search_query import SearchQuery
from app.libraries.search.synonyms import Synonyms
from app.libraries.visibility.rows import visible_rows
from app.paging import PageRequest, Sort, fetch_page, pick_sort, sort_of_cursor
from app.vocabularies import vocabulary

_FACET_VOCABULARIES: Mapping[str, str] = {
    "field": "hightech_fields",
    "industry": "industries",
    "region": "regions",
    "mode": "transfer_modes",
    "trl": "trl",
    "language": "languages",
}
_STATE_LABELS = {state.value: state.zh for state in RecordState}
_CERTIFICATE_LABELS = {level.value: level.zh for level in CertificateLevel}
# Indexed only for the filter; as a facet it would repeat `region`.
_NO_FACETS = frozenset({"serves"})


# The name of this sort in cursors; the weights follow.
_RELEVANCE = "relevance:"

MAX_TOTAL = 1000
"""Records that are counted exactly."""

_UNPUBLISHED = [state.value for state in RecordState if state is not RecordState.PUBLISHED]

COMMON_SORTS = ("-published_at", "published_at", "title", "-completeness")


@dataclass(frozen=True, slots=True)
class ListingRules:
    """Filters and sorts of one library, besides the common ones. `member_sorts` use fields that anonymous readers may
    not see."""

    filters: type[RecordFilters]
    conditions: Callable[[Any, Principal], Iterable[ColumnElement[bool]]]
    sorts: Mapping[str, Sort]
    member_sorts: Collection[str] = ()

    @property
    def description(self) -> str:
        """The available sorts, for the description of the route."""
        public = [
            *COMMON_SORTS,
            *(name for name in self.sorts if name not in self.member_sorts),
            "relevance(须提供 q)",
        ]
        members = f"；登录后还可用 {'、'.join(self.member_sorts)}" if self.member_sorts else ""
        return f"sort 可选值：{'、'.join(public)}{members}。"


def list_records(
    session: Session,
    library: Library,
    listing: ListingRules,
    filters: RecordFilters,
    *,
    principal: Principal,
    synonyms: Synonyms,
    opened: OpenedRecords = NOTHING_OPENED,
) -> dict[str, Any]:
    """A page as JSON values: `items`, `next_cursor`, with `q` how it was read (`search`), and if requested
    `facets` with `total`.

    Raises:
        Invalid: the sort, the cursor or the search text is invalid.
        Unauthenticated: an anonymous reader sorts or filters by a field that they may not see.
        Forbidden: a reader of an unverified organisation does.
    """
    model = library.model
    shown = visible_rows(model, principal, opened=opened)
    narrowing = [*common_conditions(filters, model, principal), *listing.conditions(filters, principal)]
    query = select(model).where(shown, *narrowing)
    search = _Search(session, model, principal, read_query(filters.q, synonyms)) if filters.q else None
    if search:
        query = query.join(SearchDocument, SearchDocument.record_id == model.id).where(search.condition())
    sort = _sort(model, listing, filters, principal, search)
    paging = PageRequest(filters.limit, filters.cursor)
    rows, cursor = fetch_page(session, query, sort, paging, keys_first=True)
    items = read_many(session, library, rows, principal=principal, opened=opened)
    page: dict[str, Any] = {"items": items, "next_cursor": cursor}
    if search:
        page["search"] = reading_of(search.query)
    if filters.facets:
        if search or narrowing:
            page["total"], counts = _counted(session, library, query)
        else:
            page["total"], counts = (
                _total(session, library, query),
                _counted_whole(session, library, query, shown),
            )
        page["facets"] = _facets(library, counts)
    return page


def _total(session: Session, library: Library, query: Select[Any]) -> int | None:
    """The number of records in the list, or None above `MAX_TOTAL`: counting on would read the whole library."""
    ids = query.with_only_columns(library.model.id).order_by(None).limit(MAX_TOTAL + 1)
    count = session.scalar(select(func.count()).select_from(ids.subquery())) or 0
    return count if count <= MAX_TOTAL else None


class _Search:
    """A search within one request."""

    def __init__(self, session: Session, model: type[Any], principal: Principal, query: SearchQuery) -> None:
        self.query = query
        self._searcher = Searcher(session, model, principal)

    def condition(self) -> ColumnElement[bool]:
        return self._searcher.condition(self.query)

    def sort(self, cursor: str | None) -> Sort:
        """By relevance, with the weights of the page before."""
        kept = sort_of_cursor(cursor).removeprefix(_RELEVANCE)
        weights = Weights.parse(kept, len(self.query.required)) if cursor else None
        weights = weights or self._searcher.weights(self.query)
        column = self._searcher.relevance(self.query, weights)
        return Sort(column, int, descending=True, name=f"{_RELEVANCE}{weights}")


def _sort(
    model: type[Any],
    listing: ListingRules,
    filters: RecordFilters,
    principal: Principal,
    search: _Search | None,
) -> Sort:
    name = filters.sort or ("relevance" if search else "-published_at")
    if name in listing.member_sorts:
        require_details(principal, "sort")
    if name == "relevance":
        if search is None:
            raise Invalid.field(
                "sort", "relevance_needs_q", "按相关性排序须提供检索词 q", "sorting by relevance requires q"
            )
        return search.sort(filters.cursor)
    return pick_sort(dict(_common_sorts(model)) | dict(listing.sorts), name)


def _common_sorts(model: type[Any]) -> Mapping[str, Sort]:
    published = listed_at(model)
    return {
        "-published_at": Sort(published, datetime, descending=True),
        "published_at": Sort(published, datetime),
        "title": Sort(model.title, str),
        "-completeness": Sort(model.completeness, int, descending=True),
    }


_CODES = select(RecordCode.facet, RecordCode.code, func.count()).group_by(RecordCode.facet, RecordCode.code)


def _counted(
    session: Session, library: Library, query: Select[Any]
) -> tuple[int | None, Counter[tuple[str, str]]]:
    """The total as `_total`, and how many records of the list have each code, by facet and code; states are a facet.

    One statement, which looks for the records once.
    """
    model = library.model
    found = query.with_only_columns(model.id, model.state).order_by(None).cte("found")
    states = select(literal("state"), found.c.state, func.count()).group_by(found.c.state)
    codes = _CODES.where(RecordCode.record_id.in_(select(found.c.id)))
    counts = _counts(session, union_all(states, codes))
    total = sum(count for (facet, _), count in counts.items() if facet == "state")
    return total if total <= MAX_TOTAL else None, counts


def _counted_whole(
    session: Session, library: Library, query: Select[Any], shown: ColumnElement[bool]
) -> Counter[tuple[str, str]]:
    """The counts of `_counted` for a list with every record that the reader may see.

    Few records are hidden: to count all and to take those away is far less than to look at each. Published records are
    shown to everybody; an index finds the others.
    """
    model = library.model
    hidden = select(model.id).where(model.state.in_(_UNPUBLISHED), not_(shown))
    counts = _counts(session, _CODES.where(RecordCode.kind == library.kind.value))
    counts.subtract(_counts(session, _CODES.where(RecordCode.record_id.in_(hidden))))
    states = query.with_only_columns(literal("state"), model.state, func.count()).order_by(None)
    counts.update(_counts(session, states.group_by(model.state)))
    return counts


def _counts(session: Session, query: Executable) -> Counter[tuple[str, str]]:
    """How many records have each code, by facet and code."""
    return Counter({(facet, code): count for facet, code, count in session.execute(query)})


def _facets(library: Library, counts: Counter[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """The number of records for each code; a record counts once for each of its codes."""
    facets: dict[str, list[dict[str, Any]]] = {
        facet: [] for facet in (*library.facets, "state") if facet not in _NO_FACETS
    }
    for (facet, code), count in counts.items():
        if count and facet not in _NO_FACETS:
            facets[facet].append({"code": code, "label": _label(facet, code), "count": count})
    for entries in facets.values():
        entries.sort(key=lambda entry: (-entry["count"], entry["code"]))
    return facets


def _label(facet: str, code: str) -> str:
    if facet == "state":
        return _STATE_LABELS.get(code, code)
    if facet == "certificate":
        return _CERTIFICATE_LABELS.get(code, code)
    return vocabulary(_FACET_VOCABULARIES[facet]).label(code)

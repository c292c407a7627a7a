"""Page `/search`: one library by words and filters. Everything that was chosen is in the address."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.errors import Invalid
from app.libraries.lists import list_library
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.libraries.search.synonyms import SynonymFile
from app.replica.requests import ReplicaSession
from app.services import provided
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, WebPage
from app.web.public.records import LIBRARY_NAMES, Opened
from app.web.views.search_results import FILTERS, filters_of, row_of, words_of

router = APIRouter()

KINDS = (RecordKind.ACHIEVEMENT, RecordKind.DEMAND, RecordKind.MANAGER)
SORTS: Mapping[RecordKind, tuple[tuple[str, str], ...]] = {
    RecordKind.ACHIEVEMENT: (("-published_at", _("最新发布")), ("-trl", _("成熟度由高到低"))),
    RecordKind.DEMAND: (("-published_at", _("最新发布")), ("deadline", _("截止日期由近到远"))),
    RecordKind.MANAGER: (("-published_at", _("最新入库")), ("-years", _("从业年限由长到短"))),
}
RELEVANCE = ("relevance", _("最相关"))
_MAX_EARLIER = 10


@router.get("/search", name="search")
def search(
    page: CurrentPage,
    session: ReplicaSession,
    synonyms: Annotated[SynonymFile, Depends(provided(SynonymFile))],
    opened: Opened,
) -> Response:
    """The results with the counts of what can still be chosen."""
    query = page.request.query_params
    kind = next((kind for kind in KINDS if kind == query.get("kind")), RecordKind.ACHIEVEMENT)
    chosen = {name: query.getlist(name) for name in query}
    listed, problem = _found(page, session, kind, chosen, synonyms, opened)
    words = words_of(listed.get("search"))
    plural = LIBRARIES[kind].plural
    filters = filters_of(kind, listed["facets"], chosen)
    return page.show(
        "public/search.html",
        status=422 if problem else 200,
        block="results",
        kind=kind.value,
        q=query.get("q", ""),
        trl_min=query.get("trl_min", ""),
        sort=query.get("sort", ""),
        sorts=((RELEVANCE,) if query.get("q", "").strip() else ()) + SORTS[kind],
        tabs=[(translate(LIBRARY_NAMES[each]), _of_kind(page, each), None, each is kind) for each in KINDS],
        filters=filters,
        chosen_count=sum(len(view.chosen) for view in filters) + bool(query.get("trl_min")),
        rows=[row_of(kind, plural, record, words) for record in listed["items"]],
        total=listed["total"],
        reading=listed.get("search"),
        problem=problem,
        switched=lambda name, code: _switched(page, name, code),
        cleared=page.with_query(**dict.fromkeys((*FILTERS[kind], "trl_min", "cursor", "earlier"))),
        kept=[(name, value) for name, value in query.multi_items() if name in ("kind", *FILTERS[kind])],
        previous=_previous(page),
        next=_next(page, listed["next_cursor"]),
    )


def _found(
    page: WebPage,
    session: ReplicaSession,
    kind: RecordKind,
    chosen: Mapping[str, list[str]],
    synonyms: SynonymFile,
    opened: Opened,
) -> tuple[Mapping[str, Any], Invalid | None]:
    """The results with their facets; none, and what is wrong, for filters that are not valid."""
    try:
        listed = list_library(
            session,
            kind,
            {**chosen, "facets": ["true"]},
            principal=page.principal,
            synonyms=synonyms.current(),
            opened=opened,
        )
    except Invalid as error:
        return {"items": [], "next_cursor": None, "facets": {}, "total": 0}, error
    return listed, None


def _of_kind(page: WebPage, kind: RecordKind) -> str:
    """The same search in another library; filters that it does not have are dropped."""
    kept = {"q", *FILTERS[kind]}
    dropped = {name: None for name in page.request.query_params if name not in kept}
    return page.with_query(**dropped | {"kind": kind.value})


def _switched(page: WebPage, name: str, code: str) -> str:
    """The address with a filter's option switched on, or off if it is on; back on the first page."""
    pairs = [pair for pair in page.request.query_params.multi_items() if pair[0] not in ("cursor", "earlier")]
    option = (name, code)
    pairs = [pair for pair in pairs if pair != option] if option in pairs else [*pairs, option]
    return f"{page.path}?{urlencode(pairs)}"


def _previous(page: WebPage) -> str | None:
    """The address of the page before. The places of earlier pages are in the address, oldest first."""
    places = _earlier(page)
    if "cursor" not in page.request.query_params:
        return None
    return page.with_query(cursor=places[-1] if places else None, earlier=" ".join(places[:-1]) or None)


def _next(page: WebPage, following: str | None) -> str | None:
    """The address of the page after."""
    if following is None:
        return None
    cursor = page.request.query_params.get("cursor")
    visited = [*_earlier(page), *([cursor] if cursor else [])][-_MAX_EARLIER:]
    return page.with_query(cursor=following, earlier=" ".join(visited) or None)


def _earlier(page: WebPage) -> list[str]:
    return page.request.query_params.get("earlier", "").split()

"""Addresses `/open/…` of links in mails: they lead each reader to their own page of what the message is about."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.actions import Action
from app.accounts.access.opened_records import Disclosure
from app.accounts.access.principal import Role
from app.database import ReadSession
from app.engagements.contracts.access import find as find_contract
from app.errors import NotFound
from app.libraries.lifecycle.lookup import find
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.libraries.visibility.rows import owns
from app.web.page import CurrentPage, WebPage
from app.web.views.navigation import START

router = APIRouter()

_LIBRARIES = {library.plural: kind for kind, library in LIBRARIES.items()}
_OWNERS = frozenset({Role.ENTERPRISE, Role.INSTITUTION})

# Kind → role → address; None stands for every other role.
_PLACES: Mapping[str, Mapping[Role | None, str]] = {
    "pushes": {Role.MANAGER: "/inbox/{id}", Role.OPERATOR: "/bureau/pushes"},
    "engagement-reviews": {Role.OPERATOR: "/bureau/engagement-reviews?review={id}"},
    "engagements": {None: "/engagements/{id}"},
    "organisations": {Role.OPERATOR: "/bureau/organisations/{id}", None: "/desk/organisation/profile"},
    "match-reports": {Role.OPERATOR: "/bureau/reports", Role.MANAGER: "/inbox", None: "/desk/news"},
    "filings": {
        Role.OPERATOR: "/bureau/filings/{id}",
        Role.INSTITUTION: "/desk/staff",
        None: "/me/recognition/filing",
    },
    "certificates": {
        Role.OPERATOR: "/bureau/certificates",
        Role.INSTITUTION: "/desk/staff",
        None: "/me/recognition/certificates",
    },
    "trainings": {
        Role.OPERATOR: "/bureau/trainings",
        Role.INSTITUTION: "/desk/trainings",
        None: "/me/recognition/trainings",
    },
    "recognition-rounds": {
        Role.OPERATOR: "/bureau/rounds/{id}",
        Role.INSTITUTION: "/desk/staff",
        None: "/me/recognition/rounds",
    },
    "recognition-rounds/objections": {
        Role.OPERATOR: "/bureau/rounds/{id}/objections",
        Role.INSTITUTION: "/desk/staff",
        None: "/me/recognition/rounds",
    },
    "affiliations": {None: "/desk/staff"},
    "contracts": {None: "/contracts"},
    "rankings": {None: "/rankings/{id}"},
    "contests": {Role.OPERATOR: "/bureau/contests/{id}", None: "/contests/{id}"},
    "webhooks": {None: "/desk/organisation/webhooks"},
    "notices": {None: "/notices"},
}


# The same for messages about all of a kind.
_LISTS: Mapping[str, Mapping[Role | None, str]] = {
    "organisations": {Role.OPERATOR: "/bureau/organisations", None: "/desk/organisation/profile"},
}


@router.get("/open/{path:path}", name="open")
def open_link(page: CurrentPage, path: str, session: ReadSession) -> Response:
    """The page that fits the reader; their first page where it does not exist.

    Raises:
        NotFound: the path is none of a message, or what it is about is not for the reader.
    """
    kind, _slash, rest = path.strip("/").partition("/")
    one, _slash, part = rest.partition("/")
    if kind in _LIBRARIES:
        address = _record(page, session, _LIBRARIES[kind], _id(one), part)
    elif kind == "contracts" and one:
        contract = find_contract(session, _id(one), Action.CONTRACT_READ, principal=page.principal)
        address = f"/contracts/{contract.number}"
    elif kind in _PLACES:
        places = _PLACES.get(f"{kind}/{part}") if one else _LISTS.get(kind)
        places = places or _PLACES[kind]
        form = places.get(page.principal.role) or places.get(None, START[page.principal.role])
        address = form.format(id=_id(one)) if "{id}" in form else form
    else:
        raise NotFound
    return page.redirect(address)


def _record(page: WebPage, session: ReadSession, kind: RecordKind, record_id: UUID, part: str) -> str:
    opened = page.services[Disclosure].opened_records(session, page.principal)
    library = LIBRARIES[kind]
    record = find(session, library, record_id, page.principal, lock=False, opened=opened)
    if page.principal.role in _OWNERS and owns(page.principal, record) and kind is not RecordKind.MANAGER:
        suffix = "/matches" if part == "matches" else ""
        return f"/desk/{library.plural}/{record.number}{suffix}"
    if page.principal.role is Role.MANAGER and owns(page.principal, record):
        return "/me/recognition" if part == "tier" else "/me/profile"
    if page.principal.role is Role.INSTITUTION and owns(page.principal, record):
        return f"/desk/staff/{record.number}" + ("" if part == "tier" else "/profile")
    return f"/{library.plural}/{record.number}"


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound from error

"""Page `/desk`: what waits for the organisation, and its records at a glance."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.principal import Role
from app.database import ReadSession
from app.engagements.contracts.presentation.to_dos import awaiting_signature
from app.engagements.lists.engagements import engagement_page
from app.engagements.lists.to_dos import awaiting_consent
from app.libraries.overview import library_overview
from app.libraries.own_records import own_records, waiting_records
from app.libraries.record.enums import RecordState
from app.paging import PageRequest
from app.web.desk.records.desk_kind import ACHIEVEMENTS, DEMANDS
from app.web.page import CurrentPage

router = APIRouter()

_ORDER = {Role.ENTERPRISE: (DEMANDS, ACHIEVEMENTS), Role.INSTITUTION: (ACHIEVEMENTS, DEMANDS)}
_NEWEST = 5


@router.get("/desk", name="desk")
def desk(page: CurrentPage, session: ReadSession) -> Response:
    """Tasks first; a new organisation sees the three steps to its first introduction."""
    kinds = _ORDER.get(page.principal.role, ()) if page.principal.role else ()
    shelves = [
        (
            kind,
            waiting_records(session, kind.library, principal=page.principal),
            own_records(session, kind.library, principal=page.principal, paging=PageRequest(_NEWEST)),
        )
        for kind in kinds
    ]
    return page.show(
        "desk/home.html",
        invitations=awaiting_consent(session, principal=page.principal),
        unsigned=awaiting_signature(session, principal=page.principal),
        shelves=shelves,
        states={one.value: one for one in RecordState},
        # Who owns no records looks at others': what is new, and where they take part.
        engagements=[]
        if kinds
        else engagement_page(session, PageRequest(_NEWEST), principal=page.principal).items,
        overview=None if kinds else library_overview(session),
        is_new=not any(own.items for _, _, own in shelves),
    )

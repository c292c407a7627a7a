"""Page `/desk/achievements/…/wanted`: how managers and companies answered to a result, and what would help."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession
from app.pushes.feedback.achievement_feedback import feedback_for
from app.web.desk.records.desk_kind import ACHIEVEMENTS
from app.web.desk.records.form_pages import own_record
from app.web.page import CurrentPage

router = APIRouter()


@router.get("/desk/achievements/{number}/wanted", name="wanted")
def wanted(page: CurrentPage, number: str, session: ReadSession) -> Response:
    """The answers, counted; nobody is named."""
    record = own_record(session, ACHIEVEMENTS, number, page)
    feedback = feedback_for(session, UUID(record["id"]), principal=page.principal)
    return page.show("desk/wanted.html", kind=ACHIEVEMENTS, record=record, feedback=feedback)

"""Page `/legal-texts/{purpose}`: what people accept, in the version in force or an earlier one."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.accounts.access.permissions import Action, require
from app.accounts.legal_texts.purposes import TextPurpose
from app.accounts.legal_texts.service import text_of, versions_of
from app.database import ReadSession
from app.web.page import CurrentPage

router = APIRouter()


@router.get("/legal-texts/{purpose}", name="legal_text")
def legal_text(
    page: CurrentPage,
    purpose: TextPurpose,
    session: ReadSession,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> Response:
    """The text, with its number and digest; earlier versions stay readable."""
    require(page.principal, Action.LEGAL_TEXT_READ, own=True)
    versions = versions_of(session, purpose)
    return page.show(
        "public/legal_text.html",
        text=text_of(session, purpose, version),
        versions=versions,
        current=versions[0],
    )

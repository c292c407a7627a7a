"""Page `/`: what this service is, a box for a problem in one's own words, and what is new."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession
from app.libraries.overview import library_overview
from app.web.page import CurrentPage

router = APIRouter()


@router.get("/", name="home")
def home(page: CurrentPage, session: ReadSession) -> Response:
    """The first page; the same for everybody."""
    return page.show("public/home.html", overview=library_overview(session))

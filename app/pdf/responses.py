"""PDF files in answers: the paper of this installation, and the headers of a download."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends
from fastapi.responses import Response

from app.errors import Unavailable, problems
from app.pdf.document import PDF_TYPE, PdfPaper
from app.services import AppSettings

_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {PDF_TYPE: {}}, "description": "PDF 文件"}}
PDF = _FILE | problems(Unavailable)
"""The responses of a route that gives a PDF file."""


def _paper(settings: AppSettings) -> PdfPaper:
    return PdfPaper(settings.pdf_font)


Paper = Annotated[PdfPaper, Depends(_paper)]


def as_pdf(content: bytes, name: str) -> Response:
    """A download under this name, without its ending."""
    return Response(
        content,
        media_type=PDF_TYPE,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.pdf",
            "Cache-Control": "private, no-store",
        },
    )

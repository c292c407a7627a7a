"""Changes of one row before it is stored: deductions confirmed, values corrected, or the record that it is."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import Conflict, Invalid
from app.exchange.batches.corrections import correct, join
from app.exchange.batches.listing import accept, row_read
from app.exchange.batches.schemas import RowPatch
from app.web.desk.imports.pages import show_batch
from app.web.desk.imports.rows import correction_form
from app.web.forms.parser import bind, validated
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted, PostedForm, id_of

router = APIRouter()


@router.post("/desk/import/{id}/row", name="change_import_row")
def change_row(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Confirms deductions, corrects values, or says which record the row is."""
    page.take_display(posted)
    show = posted.get("show") if posted.get("show").isalpha() else ""
    row_id = id_of(posted, "row")
    with database.reading() as session:
        form = correction_form(row_read(session, id, row_id, principal=page.principal), posted)
    try:
        if not posted.only_shows:
            with database.unit_of_work() as session:
                _change(page, session, id, row_id, posted)
            place = f"?show={show}" if show else ""
            return page.redirect(f"/desk/import/{id}{place}#row-{row_id}", notice="saved")
    except Invalid as refusal:
        typed = {row_id: form.with_errors(refusal)} if form and posted.get("what") == "correct" else {}
        with database.reading() as session:
            return show_batch(page, session, id, show=show, error=refusal, typed=typed)
    except Conflict as refusal:
        with database.reading() as session:
            return show_batch(page, session, id, show=show, error=refusal)
    with database.reading() as session:
        return show_batch(page, session, id, show=show, typed={row_id: form} if form else {})


def _change(page: WebPage, session: ReadSession, id: UUID, row_id: UUID, posted: PostedForm) -> None:
    principal = page.principal
    match posted.get("what"):
        case "correct":
            form = correction_form(row_read(session, id, row_id, principal=principal), posted)
            values: dict[str, Any] = bind(form.form, posted) if form else {}
            if values:
                correct(session, id, row_id, values, principal=principal)
        case "same":
            same = id_of(posted, "same_as") if posted.get("same_as") else None
            join(session, id, row_id, same, principal=principal)
        case _:
            wanted = validated(RowPatch, {"accepted": posted.all("accepted")})
            assert isinstance(wanted, RowPatch)
            accept(session, id, row_id, wanted.accepted or (), principal=principal)

"""The commands of a batch: stored in parts, and taken back."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase
from app.errors import Conflict
from app.exchange.batches.commit import Committer
from app.exchange.batches.reversal import Reversal
from app.libraries.http.dependencies import AppIndexer
from app.services import AppSettings
from app.web.desk.imports.pages import show_batch
from app.web.page import CurrentPage, PagePublishingTurn, Pressed
from app.web.posted import Posted

router = APIRouter()


@router.post("/desk/import/{id}/commit", name="commit_import")
def commit(
    page: CurrentPage,
    id: UUID,
    posted: Posted,
    _turn: PagePublishingTurn,
    database: AppDatabase,
    indexer: AppIndexer,
    settings: AppSettings,
) -> Response:
    """Stores the next rows; the page says how many are left, and the same button goes on."""
    page.take_display(posted)
    if not posted.only_shows:
        committer = Committer(
            database,
            indexer,
            settings,
            page.principal,
            publish=posted.get("publish") == "1",
            accept_derived=posted.get("accept_derived") == "1",
        )
        try:
            waiting = committer.store_rows(id)
        except Conflict as refusal:
            with database.reading() as session:
                return show_batch(page, session, id, error=refusal)
        done = "imported_submitted" if committer.publish else "imported"
        return page.redirect(f"/desk/import/{id}", notice="imported_part" if waiting else done)
    with database.reading() as session:
        return show_batch(page, session, id)


@router.post("/desk/import/{id}/undo", name="undo_import")
def undo(
    page: CurrentPage,
    id: UUID,
    posted: Pressed,
    database: AppDatabase,
    indexer: AppIndexer,
    settings: AppSettings,
) -> Response:
    """Takes the batch back; records that somebody has changed since stay."""
    page.take_display(posted)
    try:
        kept = Reversal(database, indexer, settings, page.principal).undo(id)
    except Conflict as refusal:
        with database.reading() as session:
            return show_batch(page, session, id, error=refusal)
    return page.redirect(f"/desk/import/{id}", notice="import_undone_in_part" if kept else "import_undone")

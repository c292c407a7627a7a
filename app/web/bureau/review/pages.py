"""Pages `/bureau/review`: the queues, and approval of records without findings after a look at their list."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.libraries.record.indexing import Indexer
from app.libraries.review.decisions import Reviewer
from app.libraries.review.queue import UNDO, day_of_review
from app.services import AllServices
from app.settings import Settings
from app.vocabularies import vocabulary
from app.web.bureau.review.queue import FLAGS, KINDS, QueueFilter, review_queue
from app.web.page import CurrentPage, PagePublishingTurn, Pressed

router = APIRouter()

Text = Annotated[str, Query(max_length=40)]


@router.get("/bureau/review", name="review_queue")
def queue(
    page: CurrentPage,
    session: ReadSession,
    kind: Text = "demand",
    field: Text = "",
    flag: Text = "",
    done: Text = "",
    left: Annotated[str, Query(max_length=400)] = "",
    bulk: Text = "",
) -> Response:
    """The queue of one kind, oldest first; with `bulk` the list of those that can be approved at once."""
    chosen = QueueFilter(kind, field, flag)
    found = review_queue(session, chosen, principal=page.principal)
    terms = vocabulary("hightech_fields")
    return page.show(
        "bureau/review_bulk.html" if bulk else "bureau/review_queue.html",
        queue=found,
        filter=chosen,
        tabs=[
            (name, QueueFilter(code).link(), found.counts[kind_].number, code == kind)
            for code, (kind_, name) in KINDS.items()
        ],
        fields=[(code, terms.label(code, page.language)) for code in terms.codes if len(code) == 2],
        flags=FLAGS,
        day=day_of_review(session, principal=page.principal),
        undoable=next((one for one in found.decided if one.number == done), None),
        left=left.split(),
        undo_minutes=int(UNDO.total_seconds() // 60),
    )


@router.post("/bureau/review/approve", name="approve_many")
def approve_many(
    page: CurrentPage, posted: Pressed, database: AppDatabase, services: AllServices, _: PagePublishingTurn
) -> Response:
    """Approve the chosen records that have no findings; the others stay in the queue."""
    page.take_display(posted)
    chosen = QueueFilter(posted.get("kind"), posted.get("field"), posted.get("flag"))
    pairs = [pair.partition("/") for pair in posted.all("record")]
    reviewer = Reviewer(database, services[Indexer], services[Settings], page.principal)
    left = reviewer.approve_clean(chosen.library, [(number, version) for number, _sep, version in pairs])
    return page.redirect(
        chosen.link(left=" ".join(left)) if left else chosen.link(),
        notice="approved" if len(left) < len(pairs) else None,
    )

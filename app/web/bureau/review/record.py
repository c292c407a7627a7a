"""Pages `/bureau/review/…/…`: one record with its checks, and the decision on it."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import Conflict, Invalid, SankuError, StaleVersion
from app.libraries.record.enums import RecordState
from app.libraries.record.indexing import Indexer
from app.libraries.review.decisions import Reviewer
from app.libraries.review.findings import checks_of
from app.libraries.review.presence import ReviewWatch, others_present, renew_presence
from app.libraries.review.queue import day_of_review, reviewed
from app.libraries.review.reasons import BY_CODE, RETURN_REASONS
from app.services import AllServices, Services
from app.settings import Settings
from app.web.bureau.review.queue import KINDS, QueueFilter, review_queue
from app.web.bureau.review.sheet import review_sheet
from app.web.page import CurrentPage, PagePublishingTurn, WebPage
from app.web.posted import NOTHING, Posted, PostedForm
from app.web.views.record_sheet import field_labels

router = APIRouter()

Text = Annotated[str, Query(max_length=40)]


@router.get("/bureau/review/{kind}/{number}", name="review_record")
def record(
    page: CurrentPage,
    session: ReadSession,
    kind: str,
    number: str,
    field: Text = "",
    flag: Text = "",
    done: Text = "",
) -> Response:
    """A record beside its queue; `done` is the one that was decided before."""
    return _show(page, session, QueueFilter(kind, field, flag), number, done=done)


@router.post("/bureau/review/{kind}/{number}/approve", name="approve_record")
def approve(
    page: CurrentPage,
    kind: str,
    number: str,
    posted: Posted,
    database: AppDatabase,
    services: AllServices,
    _: PagePublishingTurn,
) -> Response:
    """Publish the record and go on to the next."""
    return _decide(page, kind, number, "approve", posted, database, services)


@router.post("/bureau/review/{kind}/{number}/return", name="return_record")
def return_to_owner(
    page: CurrentPage,
    kind: str,
    number: str,
    posted: Posted,
    database: AppDatabase,
    services: AllServices,
) -> Response:
    """Return the record to its owner with what to change, and go on to the next."""
    return _decide(page, kind, number, "return", posted, database, services, note=_note(posted))


@router.post("/bureau/review/{kind}/{number}/withdraw", name="take_back_approval")
def withdraw(
    page: CurrentPage,
    kind: str,
    number: str,
    posted: Posted,
    database: AppDatabase,
    services: AllServices,
) -> Response:
    """Take an approval back: the record is withdrawn."""
    return _decide(page, kind, number, "withdraw", posted, database, services)


@router.post("/bureau/review/{kind}/{number}/seen", name="review_seen")
def seen(page: CurrentPage, kind: str, number: str, posted: Posted, database: AppDatabase) -> Response:
    """What an open page asks every few seconds: who else looks, and what was decided meanwhile."""
    chosen = QueueFilter(kind, posted.get("field"), posted.get("flag"))
    with database.unit_of_work() as session:
        watch = renew_presence(session, chosen.library, number, principal=page.principal)
    return page.show(
        "bureau/review_seen.html", watch=watch, filter=chosen, number=number, after=posted.get("following")
    )


def _decide(
    page: WebPage,
    kind: str,
    number: str,
    name: str,
    posted: PostedForm,
    database: AppDatabase,
    services: Services,
    *,
    note: str | None = None,
) -> Response:
    page.take_display(posted)
    chosen = QueueFilter(kind, posted.get("field"), posted.get("flag"))
    with database.reading() as session:
        record_id = reviewed(session, chosen.library, number, principal=page.principal).id
        if posted.only_shows:
            return _show(page, session, chosen, number, posted=posted)
    reviewer = Reviewer(database, services[Indexer], services[Settings], page.principal)
    try:
        if name == "return" and not note:
            raise Invalid.field(
                "note",
                "required",
                "请选择或写明退回的理由，提交人将据此修改",
                "choose or write what is to be changed; the owner goes by it",
            )
        reviewer.decide(
            chosen.library,
            record_id,
            name,
            if_match=posted.version,
            note=note,
            confirmed=tuple(posted.all("confirmed")),
        )
    except (Conflict, Invalid, StaleVersion) as error:
        with database.reading() as session:
            return _show(page, session, chosen, number, posted=posted, error=error)
    if name == "withdraw":
        return page.redirect(chosen.link(number), notice="approval_taken_back")
    following = posted.get("following")
    target = chosen.link(following, done=number) if following else chosen.link(done=number)
    return page.redirect(target, notice="approved" if name == "approve" else "returned")


def _note(posted: PostedForm) -> str:
    """The sentences of the chosen reasons and what was typed, as the owner reads them."""
    sentences = [BY_CODE[code].sentence for code in posted.all("reason") if code in BY_CODE]
    return "\n".join([*sentences, *filter(None, [posted.get("note").strip()])])[:500]


def _show(
    page: WebPage,
    session: ReadSession,
    chosen: QueueFilter,
    number: str,
    *,
    done: str = "",
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
) -> Response:
    library = chosen.library
    record = reviewed(session, library, number, principal=page.principal)
    checks = checks_of(session, library, record)
    queue = review_queue(session, chosen, principal=page.principal)
    before, after = queue.around(record.number)
    waits = record.state == RecordState.SUBMITTED
    return page.show(
        "bureau/review_record.html",
        status=error.status if error else 200,
        block=None,
        form_id="decision" if waits else None,
        queue=queue,
        filter=chosen,
        kind_name=KINDS[chosen.kind][1],
        record=record,
        sheet=review_sheet(session, library, record, checks, page.principal),
        checks=checks,
        labels=field_labels(library.kind),
        state=RecordState.of(record.state).label(page.language),
        waits=waits,
        before=before,
        after=after or next((row.number for row in queue.rows if row.number != record.number), ""),
        reasons=RETURN_REASONS,
        chosen_reasons=posted.all("reason") if posted.pairs else list(checks.reasons),
        note=posted.get("note"),
        confirmed=posted.all("confirmed"),
        day=day_of_review(session, principal=page.principal),
        watch=ReviewWatch(
            others_present(session, library, record.number, principal=page.principal), True, None
        ),
        number=record.number,
        decided=next((one for one in queue.decided if one.number == record.number), None),
        undoable=next((one for one in queue.decided if one.number == done), None),
        error=error,
    )

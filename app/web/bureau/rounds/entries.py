"""Pages of a round's entries and objections: how a tier was computed, the decision on it, and answers."""

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import NotFound, SankuError
from app.libraries.summaries import manager_summaries
from app.paging import PageRequest
from app.pdf.responses import Paper, as_pdf
from app.services import AppSettings
from app.talent.rounds import decisions, service
from app.talent.rounds.listing import entry_detail, next_pending, objection_page
from app.talent.rounds.paper import certificate
from app.talent.rounds.presenter import read_round
from app.talent.rounds.reviews import service as reviews
from app.talent.rounds.schemas import DecisionSent, ObjectionAnswer, ReviewSent
from app.web.forms.parser import validated
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import NOTHING, Posted, PostedForm, id_of

router = APIRouter()

TIERS = ("C", "D", "E")
_SHOWN = 100

_DOUBTS = {
    "certificate.revoked": _("此认定所依据的证书核验已被撤销，请复核。"),
    "contract.cancelled": _("此认定所依据的技术合同已解除，请复核。"),
    "contract.amended": _("此认定所依据的技术合同已变更，计入的金额、份额或落地情况减少，请复核。"),
}
"""Event by which something was taken back → what to do."""


@router.get("/bureau/rounds/{id}/entries/{entry}", name="round_entry")
def entry(page: CurrentPage, session: ReadSession, id: UUID, entry: UUID) -> Response:
    """One entry, with each contract and rule."""
    return _entry(page, session, id, entry)


@router.get("/bureau/rounds/{id}/entries/{entry}/certificate.pdf", name="entry_certificate")
def entry_certificate(
    page: CurrentPage, session: ReadSession, id: UUID, entry: UUID, paper: Paper, settings: AppSettings
) -> Response:
    """The certificate of a published recognition."""
    service.find(session, id, principal=page.principal)
    content = certificate(
        session, entry, paper=paper, public_url=settings.public_url, principal=page.principal
    )
    return as_pdf(content, f"certificate-{entry}")


@router.post("/bureau/rounds/{id}/entries/{entry}", name="decide_entry")
def decide(page: CurrentPage, id: UUID, entry: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Confirm the computed tier, or correct it with a reason; then the next entry that waits, or else the round."""

    def command(session: ReadSession) -> Response:
        values = {"tier": posted.get("tier") or None, "reason": posted.get("reason").strip() or None}
        asked = validated(DecisionSent, values)
        assert isinstance(asked, DecisionSent)
        decisions.decide(
            session,
            entry,
            asked.tier,
            asked.reason,
            principal=page.principal,
            if_match=posted.version,
        )
        following = next_pending(session, entry, principal=page.principal)
        if following is None:
            return page.redirect(f"/bureau/rounds/{id}", notice="entries_decided")
        return page.redirect(f"/bureau/rounds/{id}/entries/{following}", notice="entry_decided")

    return page.act(posted, database, command, _again(page, id, entry, posted))


@router.post("/bureau/rounds/{id}/entries/{entry}/review", name="review_entry")
def review(page: CurrentPage, id: UUID, entry: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Keep a published recognition that is in doubt, or withdraw one."""

    def command(session: ReadSession) -> Response:
        values = {"withdrawn": posted.get("verdict") == "withdraw", "reason": posted.get("reason").strip()}
        asked = validated(ReviewSent, values)
        assert isinstance(asked, ReviewSent)
        reviews.review(
            session,
            entry,
            withdrawn=asked.withdrawn,
            reason=asked.reason,
            principal=page.principal,
            if_match=posted.version,
        )
        return page.redirect(f"/bureau/rounds/{id}/entries/{entry}", notice="saved")

    return page.act(posted, database, command, _again(page, id, entry, posted))


@router.get("/bureau/rounds/{id}/objections", name="objections")
def objections(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """The objections of a round, the oldest first."""
    return _objections(page, session, id)


@router.post("/bureau/rounds/{id}/objections/answer", name="answer_objection")
def answer(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Answer one objection; if it is upheld, the tier is corrected."""
    objection = id_of(posted, "objection")

    def command(session: ReadSession) -> Response:
        upheld = posted.get("upheld") == "1"
        values = {
            "upheld": upheld,
            "answer": posted.get("answer").strip(),
            "tier": (posted.get("tier") or None) if upheld else None,
        }
        asked = validated(ObjectionAnswer, values)
        assert isinstance(asked, ObjectionAnswer)
        decisions.answer_objection(
            session,
            objection,
            upheld=asked.upheld,
            text=asked.answer,
            tier=asked.tier,
            principal=page.principal,
        )
        return page.redirect(f"/bureau/rounds/{id}/objections", notice="saved")

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _objections(page, session, id, posted=posted, error=error),
    )


def _again(
    page: WebPage, id: UUID, entry: UUID, posted: PostedForm
) -> Callable[[ReadSession, SankuError | None], Response]:
    return lambda session, error: _entry(page, session, id, entry, posted=posted, error=error)


def _entry(
    page: WebPage,
    session: ReadSession,
    id: UUID,
    entry: UUID,
    *,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
) -> Response:
    round_ = read_round(session, service.find(session, id, principal=page.principal), page.principal)
    found = entry_detail(session, entry, principal=page.principal)
    if found.round_id != id:
        raise NotFound
    return page.show(
        "bureau/round_entry.html",
        status=error.status if error else 200,
        form_id="decision",
        round=round_,
        entry=found,
        can_decide=round_.state in ("frozen", "reviewed"),
        can_review=round_.state == "published" and found.tier is not None and found.withdrawn_at is None,
        doubt=_DOUBTS.get(found.doubt or ""),
        tiers=TIERS,
        chosen=posted.get("tier") if posted.pairs else (found.tier or found.computed_tier or ""),
        reason=posted.get("reason") if posted.pairs else (found.reason or ""),
        error=error,
    )


def _objections(
    page: WebPage,
    session: ReadSession,
    id: UUID,
    *,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
) -> Response:
    round_ = read_round(session, service.find(session, id, principal=page.principal), page.principal)
    found = objection_page(session, PageRequest(_SHOWN), id, principal=page.principal)
    return page.show(
        "bureau/objections.html",
        status=error.status if error else 200,
        round=round_,
        objections=found.items,
        managers=manager_summaries(session, {one.manager_id for one in found.items}),
        tiers=TIERS,
        typed=posted.get,
        error=error,
    )

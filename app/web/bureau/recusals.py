"""Page `/bureau/recusals`: ties of the bureau's people, about whose parties others decide."""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.lists.recusals import tie_page
from app.accounts.organisations.recusal import TIE_WORDS, OperatorTieKind
from app.accounts.organisations.schemas import OperatorTieNew
from app.accounts.self_service.recusals import declare_tie, withdraw_tie
from app.database import AppDatabase, ReadSession
from app.errors import SankuError
from app.web.bureau.lists.rows import Cursor, next_address, place
from app.web.forms.fields import Choice, Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.i18n import Language
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted, id_of

router = APIRouter()


def _kinds(language: Language) -> Sequence[Choice]:
    return [Choice(kind.value, TIE_WORDS[kind][language == "en"]) for kind in OperatorTieKind]


TIE = Form(
    "recusal",
    OperatorTieNew,
    (
        FormGroup(
            (
                FormField(
                    "party",
                    label=_("单位或技术经理人"),
                    hint=_("单位名称或统一社会信用代码，或技术经理人编号。"),
                    required=True,
                    max_length=200,
                ),
                FormField("kind", Widget.SELECT, label=_("关系"), required=True, choices=_kinds),
            )
        ),
    ),
    absent={"user_id": "people declare their own ties here"},
)


@router.get("/bureau/recusals", name="recusals")
def recusals(page: CurrentPage, session: ReadSession, cursor: Cursor = None) -> Response:
    """The ties of all, with a form for one's own."""
    return _show(page, session, FilledForm(TIE), cursor)


@router.post("/bureau/recusals", name="declare_tie")
def declare(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Declares a tie of one's own."""
    form = FilledForm(TIE, posted=posted)

    def command(session: ReadSession) -> Response:
        wanted = form.model()
        assert isinstance(wanted, OperatorTieNew)
        declare_tie(session, principal=page.principal, party=wanted.party, kind=wanted.kind)
        return page.redirect("/bureau/recusals", notice="saved")

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, session, form.after(error), None, error=error),
    )


@router.post("/bureau/recusals/withdraw", name="withdraw_tie")
def withdraw(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Takes a colleague's tie back."""
    tie = id_of(posted, "tie")

    def command(session: ReadSession) -> Response:
        withdraw_tie(session, tie, principal=page.principal)
        return page.redirect("/bureau/recusals", notice="deleted")

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, session, FilledForm(TIE), None, error=error),
    )


def _show(
    page: WebPage,
    session: ReadSession,
    form: FilledForm,
    cursor: str | None,
    *,
    error: SankuError | None = None,
) -> Response:
    found = tie_page(session, place(cursor), principal=page.principal)
    return page.show(
        "bureau/recusals.html",
        status=error.status if error else 200,
        form_id=form.id,
        form=form,
        ties=found.items,
        next=next_address(page, found.next_cursor),
        error=error,
    )

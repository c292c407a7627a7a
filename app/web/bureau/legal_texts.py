"""Page `/bureau/legal-texts/{purpose}`: the bureau publishes a new version of what people accept."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.permissions import Action, require
from app.accounts.legal_texts.purposes import TextPurpose
from app.accounts.legal_texts.schemas import LONGEST, LegalTextNew
from app.accounts.legal_texts.service import publish_text, versions_of
from app.database import AppDatabase, ReadSession
from app.errors import Conflict, Invalid
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted

router = APIRouter()

TEXT = Form(
    "legal-text",
    LegalTextNew,
    (
        FormGroup(
            (
                FormField("replaces", Widget.HIDDEN),
                FormField(
                    "zh",
                    Widget.TEXT,
                    label=_("中文文本"),
                    hint=_("以中文文本为准。"),
                    required=True,
                    lines=16,
                    max_length=LONGEST,
                ),
                FormField(
                    "en", Widget.TEXT, label=_("英文文本"), required=True, lines=16, max_length=LONGEST
                ),
            )
        ),
    ),
)


@router.get("/bureau/legal-texts/{purpose}", name="edit_legal_text")
def edit(page: CurrentPage, purpose: TextPurpose, session: ReadSession) -> Response:
    """The text in force as a form, and its versions."""
    return _show(page, session, purpose)


@router.post("/bureau/legal-texts/{purpose}", name="publish_legal_text")
def publish(page: CurrentPage, purpose: TextPurpose, posted: Posted, database: AppDatabase) -> Response:
    """A new version is in force at once."""
    page.take_display(posted)
    form = FilledForm(TEXT, posted=posted)
    if posted.only_shows:
        with database.reading() as session:
            return _show(page, session, purpose, form)
    try:
        wanted = form.model()
        assert isinstance(wanted, LegalTextNew)
        with database.unit_of_work() as session:
            publish_text(
                session,
                purpose,
                zh=wanted.zh,
                en=wanted.en,
                replaces=wanted.replaces,
                principal=page.principal,
            )
    except Conflict as error:
        with database.reading() as session:
            return _show(page, session, purpose, form, error)
    except Invalid as error:
        with database.reading() as session:
            return _show(page, session, purpose, form.with_errors(error))
    return page.redirect(page.path, notice="text_published")


def _show(
    page: WebPage,
    session: ReadSession,
    purpose: TextPurpose,
    form: FilledForm | None = None,
    error: Conflict | None = None,
) -> Response:
    require(page.principal, Action.LEGAL_TEXT_PUBLISH)
    versions = versions_of(session, purpose)
    current = versions[0]
    form = form or FilledForm(TEXT, {"zh": current.zh, "en": current.en, "replaces": current.version})
    return page.show(
        "bureau/legal_text.html",
        status=error.status if error else 422 if form.errors else 200,
        form_id=form.id,
        form=form,
        purpose=purpose,
        purposes=tuple(TextPurpose),
        versions=versions,
        error=error,
    )

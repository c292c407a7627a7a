"""The form of a new record, filled in from a text or a file: what is typed already stays, and nothing is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.database import AppDatabase
from app.errors import Invalid
from app.exchange.headers.dictionary import Kind
from app.exchange.suggestions.composition import suggested_of_file, suggested_of_text
from app.exchange.suggestions.suggestion import DraftSuggestion, Suggestion
from app.libraries.validation.indicators.model import Op
from app.matching.embedding.embedder import Embedder
from app.services import provided
from app.web.desk.records.desk_kind import ACHIEVEMENTS, DEMANDS, DeskKind
from app.web.desk.records.form_pages import begun, show_form
from app.web.desk.uploads import Scanned, ScannedUpload
from app.web.forms.carried import drop
from app.web.forms.fields import Form
from app.web.forms.filled import FilledForm
from app.web.page import CurrentPage, PageMatchingTurn
from app.web.posted import Posted, PostedForm

AppEmbedder = Annotated[Embedder, Depends(provided(Embedder))]
_MOST = 20
_LONG = 60
TEXT = "_source"
"""The field of the text; the file is `file`."""


def add_suggestions(router: APIRouter, kind: DeskKind) -> None:
    """Suggestions for a new record of one library."""

    @router.post(f"{kind.base}/new/suggest", name=f"suggest_{kind.library.plural}")
    def suggest(
        page: CurrentPage,
        posted: Posted,
        upload: Scanned,
        _turn: PageMatchingTurn,
        embedder: AppEmbedder,
        database: AppDatabase,
    ) -> Response:
        """The form with what the text or the file says, to be checked field by field."""
        page.take_display(posted)
        is_carried = posted.only_shows and "title" not in posted.names()
        if is_carried:
            # The problem of before the login: what it says is filled in, and it needs no second place on the page.
            with database.reading() as session:
                posted = begun(page, session, kind, posted)
        form = FilledForm(kind.form, posted=posted)
        source = "" if is_carried else posted.get(TEXT)
        if posted.only_shows and not is_carried:
            return show_form(page, kind, form, source=source)
        try:
            found = _suggestion(kind, posted, upload, embedder)
        except Invalid as error:
            return show_form(page, kind, form.with_errors(error), status=422, source=source)
        shown = show_form(
            page,
            kind,
            _filled(kind, posted, found),
            suggestion=suggested_values(kind.form, found),
            source=source,
        )
        if is_carried:
            drop(shown)
        return shown


def _suggestion(
    kind: DeskKind, posted: PostedForm, upload: ScannedUpload, embedder: Embedder
) -> DraftSuggestion:
    wanted = Kind(kind.kind.value)
    if upload.is_chosen:
        return suggested_of_file(upload.read(), wanted, embedder)
    text = posted.get(TEXT).strip()
    if not text:
        raise Invalid.field("file", "missing", "请粘贴一段文字，或选择文件", "paste a text or choose a file")
    return suggested_of_text(text, wanted, embedder)


def _filled(kind: DeskKind, posted: PostedForm, found: DraftSuggestion) -> FilledForm:
    """What was typed, and the suggestions where nothing was."""
    typed = {
        name.partition(".")[0] for name, value in posted.pairs if value.strip() and name != "publish_mode"
    }
    suggested = FilledForm(kind.form, {k: v for k, v in found.fields.items() if k not in typed})
    names = {name.partition(".")[0] for name in suggested.posted.names()}
    kept = tuple(pair for pair in posted.pairs if pair[0].partition(".")[0] not in names)
    return FilledForm(kind.form, posted=PostedForm((*kept, *suggested.posted.pairs), posted.files))


@dataclass(frozen=True, slots=True)
class SuggestedValue:
    """A value of a field, named `title`; `nearest` if no words say it, else `quote` holds those that do."""

    title: str
    value: str
    quote: str
    nearest: bool


def suggested_values(form: Form, found: DraftSuggestion) -> Sequence[SuggestedValue]:
    """What went into the form. A text that was taken as a whole is not repeated."""
    shown: list[SuggestedValue] = []
    seen: set[str] = set()
    for one in found.suggestions:
        value = _text_of(one)
        is_first = one.field not in seen or one.field == "indicators"
        seen.add(one.field)
        if not is_first or one.field not in found.fields or not value or len(value) > _LONG:
            continue
        quote = one.place.quote if len(one.place.quote) <= _LONG else f"{one.place.quote[:_LONG]}…"
        is_said = quote != value and one.how != "nearest"
        shown.append(
            SuggestedValue(form.title_of(one.field), value, quote if is_said else "", one.how == "nearest")
        )
    return shown[:_MOST]


def _text_of(one: Suggestion) -> str:
    if one.label:
        return one.label
    value: Any = one.value
    if isinstance(value, dict):  # an indicator
        figures = "～".join(str(value[name]) for name in ("value", "low", "high") if name in value)
        sign = "" if value["op"] == Op.BETWEEN else value["op"]
        return f"{value['name']} {sign} {figures} {value.get('unit', '')}".strip()
    if isinstance(value, list):
        return "、".join(map(str, value))
    return str(value)


router = APIRouter()
for _kind in (DEMANDS, ACHIEVEMENTS):
    add_suggestions(router, _kind)

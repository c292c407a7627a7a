"""Page `/exports`: lists and official tables as files."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from app.accounts.access.opened_records import NOTHING_OPENED, Disclosure
from app.accounts.access.permissions import Action, allowed
from app.clock import today
from app.database import AppDatabase, ReadSession
from app.errors import Invalid, SankuError
from app.exchange.out.downloads import list_file, lists_for, with_contacts
from app.exchange.out.files import ListFormat
from app.exchange.out.official.rolls import ListAudience
from app.exchange.out.official.tables import WITH_AUDIENCE, WITH_PERIOD, official_file
from app.libraries.http.dependencies import SearchSynonyms
from app.libraries.schemas import ContactReason
from app.services import provided
from app.web.forms.contact_reason import CONTACT_REASON
from app.web.forms.filled import FilledForm
from app.web.forms.parser import day
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted

router = APIRouter()

LISTS = {
    "demands": _("技术需求"),
    "achievements": _("技术成果"),
    "managers": _("技术经理人"),
    "contracts": _("技术合同"),
    "organisations": _("单位"),
}
TABLES = {
    "contracts-by-field": _("技术合同按领域和类型统计表"),
    "districts": _("区县技术合同排名表"),
    "funnel": _("对接工作进展情况表"),
    "catalogue": _("可转化科技成果目录"),
    "demand-list": _("技术需求榜单"),
    "managers": _("技术经理人名册"),
}


@router.get("/exports", name="exports")
def exports(page: CurrentPage) -> Response:
    """What the reader may take."""
    return _show(page)


@router.get("/exports/lists/{name}", name="export_list")
def export_list(
    page: CurrentPage,
    name: str,
    session: ReadSession,
    database: AppDatabase,
    synonyms: SearchSynonyms,
    disclosure: Annotated[Disclosure, Depends(provided(Disclosure))],
    format_: Annotated[ListFormat, Query(alias="format")] = ListFormat.XLSX,
) -> Response:
    """A whole list, as far as the reader may see it."""
    return list_file(
        database,
        name,
        format_,
        principal=page.principal,
        synonyms=synonyms.current(),
        opened=disclosure.opened_records(session, page.principal),
    )


@router.post("/exports/lists/{name}", name="export_list_with_contacts")
def export_list_with_contacts(
    page: CurrentPage, name: str, posted: Posted, database: AppDatabase, synonyms: SearchSynonyms
) -> Response:
    """A whole list with its contacts, for the bureau, which says why."""
    page.take_display(posted)
    form = FilledForm(CONTACT_REASON, posted=posted)
    if posted.only_shows:
        return _show(page, form=form)
    try:
        wanted = form.model()
        assert isinstance(wanted, ContactReason)
        return list_file(
            database,
            name,
            _format(posted.get("format")),
            principal=page.principal,
            synonyms=synonyms.current(),
            opened=NOTHING_OPENED,
            reason=wanted.reason,
        )
    except Invalid as error:
        return _show(page, form=form.after(error), refused=error)


@router.get("/exports/tables/{name}", name="export_table")
def export_table(
    page: CurrentPage,
    name: str,
    database: AppDatabase,
    synonyms: SearchSynonyms,
    first: Annotated[str, Query(alias="from", max_length=20)] = "",
    last: Annotated[str, Query(alias="to", max_length=20)] = "",
    signed: bool = False,
    members: bool = False,
) -> Response:
    """An official table."""
    try:
        return official_file(
            database,
            name,
            principal=page.principal,
            period=(_day(first, "from"), _day(last, "to")),
            registered=not signed,
            synonyms=synonyms.current(),
            audience=ListAudience.MEMBERS if members else ListAudience.PUBLIC,
        )
    except Invalid as error:
        return _show(page, error=error, typed={"from": first, "to": last})


def _show(
    page: WebPage,
    *,
    error: SankuError | None = None,
    typed: dict[str, str] | None = None,
    form: FilledForm | None = None,
    refused: SankuError | None = None,
) -> Response:
    now = today()
    problem = error or refused
    return page.show(
        "desk/exports.html",
        status=problem.status if problem else 200,
        with_contacts=[(name, LISTS[name]) for name in LISTS if name in with_contacts(page.principal)],
        form=form or FilledForm(CONTACT_REASON),
        lists=[(name, LISTS[name]) for name in lists_for(page.principal)],
        tables=TABLES if allowed(page.principal, Action.EXPORT_OFFICIAL, own=False) else {},
        with_period=WITH_PERIOD,
        with_audience=WITH_AUDIENCE,
        typed=typed or {"from": date(now.year, 1, 1).isoformat(), "to": now.isoformat()},
        error=error,
    )


def _format(text: str) -> ListFormat:
    """The chosen format; that of the first button where none was sent."""
    return next((one for one in ListFormat if one.value == text), ListFormat.XLSX)


def _day(text: str, field: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(day(text))
    except ValueError:
        raise Invalid.field(
            field, "date", "应为日期，如 2026-12-31", "must be a date, such as 2026-12-31"
        ) from None

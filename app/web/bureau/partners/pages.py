"""Pages `/bureau/partners`: what partner platforms receive, since when, and with which keys."""

import json
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.api_keys import revoke_api_key
from app.accounts.lists.api_keys import api_key_page
from app.accounts.organisations.service import get_organisation
from app.accounts.schemas import ApiKeyOut
from app.database import AppDatabase, ReadSession
from app.errors import SankuError, StaleVersion
from app.paging import PageRequest
from app.partners.agreements import service
from app.partners.agreements.overview import AgreementOverview, agreement_overview, agreement_overviews
from app.partners.agreements.schemas import PartnerAgreementRead
from app.partners.feed.keys import FeedKeys
from app.services import AppSettings
from app.settings import Settings
from app.web.bureau.lists.rows import Cursor, Text, next_address, place
from app.web.bureau.partners.form import EDIT, NEW, changed_agreement, known_values, new_agreement
from app.web.bureau.partners.words import LEVELS, LIBRARY_NAMES, MODES, label_of_field
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, Pressed, WebPage
from app.web.posted import VERSION, Posted, id_of
from app.web.renderer import day, moment
from app.web.views.record_sheet import regions
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

PARTNERS = "/bureau/partners"
_FEED = "feed:read"
_KEYS = 100


@router.get(PARTNERS, name="partners")
def partners(page: CurrentPage, session: ReadSession, cursor: Cursor = None) -> Response:
    """The agreements, the newest first."""
    found = agreement_overviews(session, place(cursor), principal=page.principal)
    return page.show(
        "bureau/partners/list.html",
        table=_table(found.items),
        next=next_address(page, found.next_cursor),
    )


@router.get(f"{PARTNERS}/new", name="new_agreement")
def new(page: CurrentPage, organisation: Text = "") -> Response:
    """The empty form; the address may name the organisation."""
    values: dict[str, object] = {"level": "public", "publish_modes": ["public"]}
    if organisation:
        values["organisation_id"] = organisation
    return _form(page, FilledForm(NEW, values))


@router.post(f"{PARTNERS}/new", name="make_agreement")
def make(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Makes an agreement; sent twice it is one."""
    form = FilledForm(NEW, posted=posted)

    def command(session: ReadSession) -> Response:
        wanted = new_agreement(session, posted)

        def create() -> Response:
            made = service.make_agreement(session, wanted, principal=page.principal)
            return page.redirect(f"{PARTNERS}/{made.id}", notice="saved")

        return page.once(database, session, posted, wanted, create)

    answer = page.run(posted, database, command)
    return answer if isinstance(answer, Response) else _form(page, form.after(answer), error=answer)


@router.get(f"{PARTNERS}/{{id}}", name="agreement")
def agreement(page: CurrentPage, session: ReadSession, settings: AppSettings, id: UUID) -> Response:
    """One agreement: what it gives out, how much the partner has read, and the keys."""
    return _show(page, session, settings, id)


@router.post(f"{PARTNERS}/{{id}}/end", name="end_agreement")
def end(page: CurrentPage, id: UUID, posted: Pressed, database: AppDatabase) -> Response:
    """Ends it at once."""
    page.take_display(posted)
    with database.unit_of_work() as session:
        service.end_agreement(session, id, principal=page.principal)
    return page.redirect(f"{PARTNERS}/{id}", notice="saved")


@router.post(f"{PARTNERS}/{{id}}/revoke", name="revoke_partner_key")
def revoke(page: CurrentPage, id: UUID, posted: Pressed, database: AppDatabase) -> Response:
    """Ends a key with which the partner reads."""
    page.take_display(posted)
    with database.unit_of_work() as session:
        revoke_api_key(session, id_of(posted, "key"), principal=page.principal)
    return page.redirect(f"{PARTNERS}/{id}", notice="key_revoked")


@router.get(f"{PARTNERS}/{{id}}/edit", name="edit_agreement")
def edit(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """The agreement as a form."""
    return _edit(page, session, id)


@router.post(f"{PARTNERS}/{{id}}/edit", name="change_agreement")
def change(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Stores the changes; with another scope the partner reads from the beginning."""
    form = FilledForm(EDIT, posted=posted)

    def command(session: ReadSession) -> Response:
        stored = service.read_agreement(service.agreement_of(session, id, principal=page.principal))
        wanted = changed_agreement(posted, stored)
        service.change_agreement(session, id, wanted, principal=page.principal, if_match=posted.version)
        return page.redirect(f"{PARTNERS}/{id}", notice="saved")

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _edit(page, session, id, form.after(error), error=error),
    )


def _form(page: WebPage, form: FilledForm, *, error: SankuError | None = None) -> Response:
    return page.show(
        "bureau/partners/form.html",
        status=error.status if error else 200,
        form_id=form.id,
        form=form,
        title=_("新建数据共享协议"),
        up=((PARTNERS, _("合作平台")),),
        address=f"{PARTNERS}/new",
        error=error,
    )


def _edit(
    page: WebPage,
    session: ReadSession,
    id: UUID,
    form: FilledForm | None = None,
    *,
    error: SankuError | None = None,
) -> Response:
    found = agreement_overview(session, id, principal=page.principal)
    version = found.agreement.version
    if form is None:
        form = FilledForm(EDIT, known_values(found.agreement), version=version)
    elif isinstance(error, StaleVersion):
        form = FilledForm(EDIT, posted=form.posted.without(VERSION), version=version)
    return page.show(
        "bureau/partners/form.html",
        status=error.status if error else 200,
        form_id=form.id,
        form=form,
        title=_("修改数据共享协议"),
        up=((PARTNERS, _("合作平台")), (f"{PARTNERS}/{id}", found.partner)),
        address=f"{PARTNERS}/{id}/edit",
        error=error,
    )


def _show(page: WebPage, session: ReadSession, settings: Settings, id: UUID) -> Response:
    found = agreement_overview(session, id, principal=page.principal)
    one = found.agreement
    partner = get_organisation(session, one.organisation_id, principal=page.principal)
    keys: list[ApiKeyOut] = api_key_page(
        session, PageRequest(_KEYS), principal=page.principal, organisation_id=one.organisation_id
    ).items
    return page.show(
        "bureau/partners/agreement.html",
        found=found,
        agreement=one,
        state=_state(one),
        level=LEVELS[one.level],
        modes=[MODES[mode] for mode in one.publish_modes],
        regions=translate(_("全部地区")) if one.all_regions else regions(one.regions),
        libraries=[
            (LIBRARY_NAMES[kind], [label_of_field(kind, name) for name in one.libraries[kind]])
            for kind in LIBRARY_NAMES
            if kind in one.libraries
        ],
        partner_id=partner.id,
        keys=[key for key in keys if _FEED in key.scopes],
        public_key=json.dumps(FeedKeys(settings).public_key),
        feed=f"{settings.public_url.rstrip('/')}/v1/feed",
    )


def _state(one: PartnerAgreementRead) -> tuple[str, str]:
    """A word and the kind of its tag."""
    if one.ended_at is not None:
        return _("已终止"), ""
    if one.in_force:
        return _("有效"), "ok"
    return _("未生效或已到期"), "warn"


def _table(items: list[AgreementOverview]) -> TableView:
    labels = (_("合作平台"), _("提供"), _("生效"), _("终止"), _("状态"), _("已提供"), _("最近新增"))
    rows = [
        TableRow(
            (
                found.partner,
                translate(_("、")).join(
                    translate(label) for kind, label in LIBRARY_NAMES.items() if kind in one.libraries
                ),
                day(one.starts_on),
                day(one.ended_at or one.ends_on),
                translate(_state(one)[0]),
                f"{found.given:,}",
                moment(found.last_given_at),
            ),
            f"{PARTNERS}/{one.id}",
            one.basis,
        )
        for found in items
        for one in (found.agreement,)
    ]
    columns = [
        TableColumn(translate(label), "number" if label == _("已提供") else "text") for label in labels
    ]
    return TableView(translate(_("数据共享协议")), columns, rows, hides_caption=True)

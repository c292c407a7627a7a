"""Pages `/achievements/…`, `/demands/…`, `/managers/…`: a record, as far as the reader may see it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from markupsafe import Markup

from app.accounts.access.opened_records import NOTHING_OPENED, Disclosure, OpenedRecords
from app.accounts.access.permissions import Action, allowed
from app.accounts.access.principal import Role
from app.database import AppDatabase, Database, ReadSession
from app.errors import SankuError
from app.libraries.http.contacts import contacts_asked
from app.libraries.http.responses import read_many
from app.libraries.lifecycle.lookup import find_by_number
from app.libraries.record.enums import RecordKind, RecordState, ViewLevel
from app.libraries.registry import LIBRARIES
from app.libraries.schemas import ContactReason
from app.libraries.visibility.fields import reads_contacts
from app.libraries.visibility.rows import owns
from app.partners.open_data.descriptions import description_of
from app.services import provided
from app.settings import Settings
from app.web.forms.contact_reason import CONTACT_REASON
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted, PostedForm
from app.web.views.record_sheet import record_sheet

router = APIRouter()


def _opened(
    page: CurrentPage, session: ReadSession, disclosure: Annotated[Disclosure, Depends(provided(Disclosure))]
) -> OpenedRecords:
    return disclosure.opened_records(session, page.principal)


AppSettings = Annotated[Settings, Depends(provided(Settings))]
Opened = Annotated[OpenedRecords, Depends(_opened)]
"""The records that engagements open to the reader."""

_CONTACT_LABELS: Mapping[str, str] = {
    "contact_name": _("联系人"),
    "contact_phone": _("电话"),
    "contact_email": _("邮箱"),
}


@dataclass(frozen=True, slots=True)
class OfficeContacts:
    """The contacts of a record as the bureau sees them.

    Attributes:
        facts: label and value, masked or not.
        shown: in full, because a reason was given a short while ago.
        action: where a reason is given.
    """

    facts: tuple[tuple[str, str], ...]
    shown: bool
    action: str
    form: FilledForm


LIBRARY_NAMES: Mapping[RecordKind, str] = {
    RecordKind.ACHIEVEMENT: _("技术成果"),
    RecordKind.DEMAND: _("技术需求"),
    RecordKind.MANAGER: _("技术经理人"),
}
_OWNERS = {RecordKind.DEMAND: "/desk/demands", RecordKind.ACHIEVEMENT: "/desk/achievements"}
HIDDEN: Mapping[ViewLevel, tuple[str, str]] = {
    ViewLevel.LOGGED_IN: (
        _("经核验的单位登录后可见"),
        _("登录并由主管部门核验单位后，即可看到。核验一般需要 1 个工作日。"),
    ),
    ViewLevel.APPROVED: (
        _("经对方同意后可见"),
        _("由技术经理人牵线，对方同意对接后，即可看到。"),
    ),
}
"""For each view level its name, and how it is reached."""


@router.get("/achievements/{number}", name="achievement")
def achievement(
    page: CurrentPage, number: str, session: ReadSession, opened: Opened, settings: AppSettings
) -> Response:
    """An achievement."""
    return _record(page, session, RecordKind.ACHIEVEMENT, number, opened, settings)


@router.get("/demands/{number}", name="demand")
def demand(
    page: CurrentPage, number: str, session: ReadSession, opened: Opened, settings: AppSettings
) -> Response:
    """A demand."""
    return _record(page, session, RecordKind.DEMAND, number, opened, settings)


@router.get("/managers/{number}", name="manager")
def manager(
    page: CurrentPage, number: str, session: ReadSession, opened: Opened, settings: AppSettings
) -> Response:
    """A technology manager."""
    return _record(page, session, RecordKind.MANAGER, number, opened, settings)


@router.post("/achievements/{number}/contacts", name="achievement_contacts")
def achievement_contacts(
    page: CurrentPage, number: str, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Opens the contacts of an achievement to the bureau."""
    return _ask(page, RecordKind.ACHIEVEMENT, number, posted, database, settings)


@router.post("/demands/{number}/contacts", name="demand_contacts")
def demand_contacts(
    page: CurrentPage, number: str, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Opens the contacts of a demand to the bureau."""
    return _ask(page, RecordKind.DEMAND, number, posted, database, settings)


@router.post("/managers/{number}/contacts", name="manager_contacts")
def manager_contacts(
    page: CurrentPage, number: str, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Opens the contacts of a technology manager to the bureau."""
    return _ask(page, RecordKind.MANAGER, number, posted, database, settings)


def _ask(
    page: WebPage, kind: RecordKind, number: str, posted: PostedForm, database: Database, settings: Settings
) -> Response:
    form = FilledForm(CONTACT_REASON, posted=posted)
    library = LIBRARIES[kind]

    def command(session: ReadSession) -> Response:
        record = find_by_number(session, library, number, page.principal)
        wanted = form.model()
        assert isinstance(wanted, ContactReason)
        contacts_asked(session, library, record.id, wanted.reason, principal=page.principal)
        return page.redirect(f"/{library.plural}/{record.number}#contacts")

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _record(
            page, session, kind, number, NOTHING_OPENED, settings, form=form.after(error), error=error
        ),
    )


def _record(
    page: WebPage,
    session: ReadSession,
    kind: RecordKind,
    number: str,
    opened: OpenedRecords,
    settings: Settings,
    *,
    form: FilledForm | None = None,
    error: SankuError | None = None,
) -> Response:
    library = LIBRARIES[kind]
    found = find_by_number(session, library, number, page.principal, opened=opened)
    (record,) = read_many(session, library, [found], principal=page.principal, opened=opened)
    sheet = record_sheet(kind, record)
    return page.show(
        f"public/{kind.value}.html",
        status=error.status if error else 200,
        contacts=_contacts(page, found, record, opened, form or FilledForm(CONTACT_REASON)),
        error=error,
        record=record,
        sheet=sheet,
        kind=kind.value,
        library=LIBRARY_NAMES[kind],
        state=RecordState.of(record["state"]).label(page.language),
        hidden=[(*HIDDEN[level], names) for level, names in sheet.hidden.items() if level in HIDDEN],
        own=_own_page(page, kind, record),
        description=_description(session, found, settings.public_url.rstrip("/") + page.path),
    )


def _contacts(
    page: WebPage, record: Any, shown: Mapping[str, Any], opened: OpenedRecords, form: FilledForm
) -> OfficeContacts | None:
    """The contacts of a record that is another's, for the bureau; None for everybody else, and without any contacts."""
    if not allowed(page.principal, Action.CONTACT_ASK, own=False) or owns(page.principal, record):
        return None
    facts = tuple(
        (translate(label), shown[name]) for name, label in _CONTACT_LABELS.items() if shown.get(name)
    )
    if not facts:
        return None
    action = f"/{LIBRARIES[record.kind].plural}/{record.number}/contacts"
    return OfficeContacts(facts, reads_contacts(page.principal, record, opened=opened), action, form)


def _description(session: ReadSession, record: Any, url: str) -> Markup:
    """The block of data for search engines; empty for a record that is not public.

    Browsers do not run a block of this type, so the content policy needs no exception for it. Without `<`, `>` and `&`
    no text of a record ends the block.
    """
    described = description_of(session, LIBRARIES[record.kind], record, url)
    if described is None:
        return Markup("")
    data = json.dumps(described, ensure_ascii=False)
    for sign in "<>&":
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    return Markup('<script type="application/ld+json">{}</script>').format(Markup(data))  # noqa: S704 — escaped above


def _own_page(page: WebPage, kind: RecordKind, record: Mapping[str, Any]) -> str | None:
    """Where the owner works on the record, if it is theirs and that page exists."""
    base = _OWNERS.get(kind)
    is_owner = record["view_level"] == ViewLevel.OWNER and page.principal.role in (
        Role.ENTERPRISE,
        Role.INSTITUTION,
    )
    if base is None or not is_owner or not page.leads_to(f"{base}/{{number}}"):
        return None
    return f"{base}/{record['number']}"

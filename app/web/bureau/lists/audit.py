"""Page `/audit`: the audit trail, its verification, and its export."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse
from markupsafe import Markup

from app.accounts.audit import office
from app.accounts.audit.export import AuditFormat
from app.accounts.audit.verification import Verification
from app.accounts.lists.audit import audit_page
from app.accounts.schemas import AuditEntryOut
from app.database import AppDatabase, ReadSession
from app.services import AppSettings
from app.store.audit_names import AuditName, audit_names, organisation_in
from app.web.bureau.lists.rows import Cursor, Text, next_address, place
from app.web.bureau.lists.words import action_words, detail_words
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage
from app.web.posted import Posted
from app.web.renderer import moment
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

FAULTS = {
    "changed": _("内容与封存时不符"),
    "missing": _("记录缺失"),
    "gap": _("序号不连续"),
    "order": _("次序被调换"),
    "unsealed": _("存在事后插入或失去封存的记录"),
    "anchor": _("与库外锚点不符"),
    "cut": _("已锚定的记录被截去"),
    "key": _("锚点的签名密钥不受信任"),
}


KINDS = {
    "user": _("用户"),
    "api_key": _("接口密钥"),
    "organisation": _("单位"),
    "demand": _("技术需求"),
    "achievement": _("技术成果"),
    "manager": _("技术经理人"),
    "contract": _("合同"),
    "engagement": _("对接"),
    "participant": _("对接参与人"),
    "contest": _("赛事"),
    "ranking": _("排行榜"),
    "round": _("认定"),
    "entry": _("认定条目"),
    "filing": _("备案"),
    "certificate": _("证书"),
    "training": _("培训"),
    "training_base": _("培养基地"),
    "webhook": _("事件推送"),
    "partner_agreement": _("数据共享协议"),
}
_SHORT = {_("操作"), _("结果"), _("时间"), _("来源地址")}
"""These columns hold codes, times and addresses, which do not break."""
_RECORDS = {"demand": "/demands", "achievement": "/achievements", "manager": "/managers"}

Id = Annotated[UUID | None, Query()]


@router.get("/audit", name="audit")
def audit(
    page: CurrentPage,
    session: ReadSession,
    q: Text = "",
    user: Id = None,
    subject: Id = None,
    cursor: Cursor = None,
) -> Response:
    """The entries, newest first; those of one action, one user or one subject, if the address says so."""
    return _show(page, session, cursor, q=q, user=user, subject=subject)


@router.post("/audit", name="verify_audit")
def verify(
    page: CurrentPage, session: ReadSession, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Verify the trail; the result stands above the entries."""
    page.take_display(posted)
    result = office.verification(database, settings, principal=page.principal)
    faults = [(translate(FAULTS[one.code]), one.seq) for one in result.faults]
    return _show(page, session, None, result=result, faults=faults)


@router.get("/audit/export", name="export_audit")
def export(page: CurrentPage, database: AppDatabase, form: Text = "ocsf") -> Response:
    """The sealed entries as a file."""
    chosen = AuditFormat.CEF if form == AuditFormat.CEF else AuditFormat.OCSF
    return StreamingResponse(
        office.export(database, chosen, 0, principal=page.principal),
        media_type="text/plain; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="audit.{chosen}"',
            "Cache-Control": "no-store",
        },
    )


def _show(
    page: CurrentPage,
    session: ReadSession,
    cursor: str | None,
    *,
    q: str = "",
    user: UUID | None = None,
    subject: UUID | None = None,
    result: Verification | None = None,
    faults: Sequence[tuple[str, int | None]] = (),
) -> Response:
    found = audit_page(
        session,
        place(cursor),
        principal=page.principal,
        action=q.strip() or None,
        user_id=user,
        subject_id=subject,
    )
    names = audit_names(session, found.items, principal=page.principal)
    return page.show(
        "bureau/audit.html",
        table=_table(page, found.items, names),
        q=q,
        chosen=_chosen(page, names, user, subject),
        next=next_address(page, found.next_cursor),
        result=result,
        faults=faults,
    )


def _table(page: CurrentPage, entries: Sequence[AuditEntryOut], names: Mapping[UUID, AuditName]) -> TableView:
    labels = (_("操作"), _("结果"), _("时间"), _("操作人"), _("来源地址"), _("对象"), _("说明"))
    rows = [
        TableRow(
            (
                _action(one.action),
                translate(_("成功")) if one.succeeded else translate(_("失败")),
                moment(one.created_at),
                _actor(page, one, names),
                one.address or "–",
                _subject(page, one.subject_id, names),
                _details(one, names),
            )
        )
        for one in entries
    ]
    columns = [TableColumn(translate(label), "short" if label in _SHORT else "text") for label in labels]
    return TableView(translate(_("审计日志")), columns, rows, hides_caption=True)


def _actor(page: CurrentPage, entry: AuditEntryOut, names: Mapping[UUID, AuditName]) -> str:
    id_ = entry.user_id or entry.api_key_id
    if id_ is None:
        return translate(_("系统")) if entry.succeeded else translate(_("未登录"))
    only = page.with_query(user=str(id_), cursor=None) if entry.user_id is not None else None
    return _named(id_, names, only)


def _subject(page: CurrentPage, id_: UUID | None, names: Mapping[UUID, AuditName]) -> str:
    """The subject, and what else was done with it; a record that the reader may open leads to its page."""
    if id_ is None:
        return "–"
    found, only = names.get(id_), page.with_query(subject=str(id_), cursor=None)
    if found is None or found.number is None:
        return _named(id_, names, only)
    more = _UNDER.format(_LINKED.format(only, translate(_("相关日志"))))
    return _named(id_, names, f"{_RECORDS[found.kind]}/{found.number}", more)


_LINKED = Markup('<a href="{}">{}</a>')
_UNDER = Markup('<span class="under">{}</span>')


def _named(
    id_: UUID, names: Mapping[UUID, AuditName], address: str | None, more: Markup | None = None
) -> Markup:
    """Kind, name, and under them what tells it from others of that name."""
    found = names.get(id_)
    if found is None:
        text = Markup('<span title="{}">{}</span>').format(id_, f"…{str(id_)[-8:]}")
        return _LINKED.format(address, text) if address else text
    kind = "" if found.kind == "user" else f"{translate(KINDS[found.kind])} "
    name = _LINKED.format(address, found.name) if address else Markup("{}").format(found.name)
    # One element: on phones the cell stands beside its label.
    under = _UNDER.format(found.under) if found.under else ""
    return Markup("<div>{}{}{}{}</div>").format(kind, name, under, more or "")


def _details(entry: AuditEntryOut, names: Mapping[UUID, AuditName]) -> str:
    organisation = organisation_in(entry)
    if organisation is not None and organisation in names:
        return names[organisation].name
    return detail_words(entry.details, entry.address) or "–"


def _action(action: str) -> str:
    """The words, and under them the code by which the list is narrowed."""
    words = action_words(action)
    return Markup("<div>{}{}</div>").format(words, _UNDER.format(action)) if words else action


def _chosen(
    page: CurrentPage, names: Mapping[UUID, AuditName], user: UUID | None, subject: UUID | None
) -> list[tuple[str, str]]:
    """Each filter by a person or a subject: its text, and the address without it."""
    filters = ((_("操作人"), "user", user), (_("对象"), "subject", subject))
    return [
        (
            translate(_("%(label)s：%(name)s"))
            % {"label": translate(label), "name": names[id_].name if id_ in names else f"…{str(id_)[-8:]}"},
            page.with_query(**{name: None, "cursor": None}),
        )
        for label, name, id_ in filters
        if id_ is not None
    ]

"""Page `/audit`: the audit trail, its verification, and its export."""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from app.accounts.audit import office
from app.accounts.audit.export import AuditFormat
from app.accounts.audit.verification import Verification
from app.accounts.lists.audit import audit_page
from app.database import AppDatabase, ReadSession
from app.services import AppSettings
from app.web.bureau.lists.rows import Cursor, Text, next_address, place
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


@router.get("/audit", name="audit")
def audit(page: CurrentPage, session: ReadSession, q: Text = "", cursor: Cursor = None) -> Response:
    """The entries, newest first."""
    return _show(page, session, q, cursor)


@router.post("/audit", name="verify_audit")
def verify(
    page: CurrentPage, session: ReadSession, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Verify the trail; the result stands above the entries."""
    page.take_display(posted)
    result = office.verification(database, settings, principal=page.principal)
    faults = [(translate(FAULTS[one.code]), one.seq) for one in result.faults]
    return _show(page, session, "", None, result=result, faults=faults)


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
    q: str,
    cursor: str | None,
    result: Verification | None = None,
    faults: Sequence[tuple[str, int | None]] = (),
) -> Response:
    found = audit_page(session, place(cursor), principal=page.principal, action=q.strip() or None)
    labels = (_("操作"), _("结果"), _("时间"), _("操作人"), _("来源地址"), _("对象"), _("说明"))
    rows = [
        TableRow(
            (
                one.action,
                translate(_("成功")) if one.succeeded else translate(_("失败")),
                moment(one.created_at),
                str(one.user_id or one.api_key_id or translate(_("系统"))),
                one.address or "–",
                str(one.subject_id or "–"),
                one.details or "–",
            )
        )
        for one in found.items
    ]
    columns = [TableColumn(translate(label)) for label in labels]
    return page.show(
        "bureau/audit.html",
        table=TableView(translate(_("审计日志")), columns, rows, hides_caption=True),
        q=q,
        next=next_address(page, found.next_cursor),
        result=result,
        faults=faults,
    )

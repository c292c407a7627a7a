"""The sender's own file with a column that says what became of each row."""

import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from uuid import UUID

import openpyxl
import structlog
import xlsxwriter
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.errors import Invalid
from app.exchange.batches.commit import batch_for
from app.exchange.batches.models import ImportBatch, ImportRow, RowAction, RowState
from app.exchange.labels import label_of
from app.exchange.readers.refusals import UNREADABLE, place_of
from app.exchange.readers.workbooks import elements_of

log = structlog.get_logger(__name__)

COLUMN = "导入结果"
MAX_STYLED = 4 * 1024 * 1024
"""Bytes of a workbook that is given back with its own styles; a larger one becomes a list of results."""
MAX_MARKED = 60_000
"""Rows and cells of such a workbook, empty ones as well: each costs some kilobytes."""
_COLOURS = {"refused": "F8CBAD", "failed": "F8CBAD", "draft": "FFE699", "duplicate": "D9D9D9"}
_WORDS = {
    "new": "新增",
    "update": "已更新",
    "draft": "存为草稿",
    "duplicate": "重复，未导入",
    "refused": "未导入",
}


def marked_file(session: Session, batch_id: UUID, data: bytes, *, principal: Principal) -> bytes:
    """The file of a batch with a column of results; see `with_results`.

    Raises:
        NotFound: there is no such batch for the principal.
        Invalid: it is another file than the one that was imported.
    """
    return with_results(session, batch_for(session, batch_id, principal, Action.IMPORT_READ), data)


def with_results(session: Session, batch: ImportBatch, data: bytes) -> bytes:
    """The XLSX that was imported with a column of results; for other formats, and large files, a list of results.

    Raises:
        Invalid: it is another file than the one that was imported.
    """
    if hashlib.sha256(data).hexdigest() != batch.sha256:
        raise Invalid.field(
            "file",
            "other_file",
            "不是导入时的文件，请提交同一文件。",
            "this is not the file that was imported",
        )
    rows = session.scalars(
        select(ImportRow)
        .where(ImportRow.batch_id == batch.id)
        .order_by(ImportRow.position)
        .execution_options(yield_per=500)
    )
    if batch.form == "xlsx" and len(data) <= MAX_STYLED and elements_of(data) <= MAX_MARKED:
        known = {row.ref: row for row in rows}
        try:
            return _marked(data, known)
        except UNREADABLE as error:  # the library stops at styles that the reader of values does not look at
            log.warning("unmarkable_file", error=type(error).__name__, at=place_of(error))
            return _listed(known.values())
    return _listed(rows)


def outcomes_of(session: Session, batch_id: UUID) -> tuple[dict[str, int], list[dict[str, str]]]:
    """How many rows of each action were done, and the rows that were refused or failed, with the reason."""
    counts: Counter[str] = Counter()
    refused = []
    query = select(ImportRow).where(ImportRow.batch_id == batch_id).order_by(ImportRow.position)
    for row in session.scalars(query.execution_options(yield_per=500)):
        failed = row.state == RowState.FAILED
        counts["failed" if failed else row.action] += 1
        if row.action == RowAction.REFUSED:
            reason = {name: str(row.entry.get(name, "")) for name in ("code", "reason_zh", "reason_en")}
            refused.append({"ref": row.ref} | reason)
        elif failed:
            first = row.remarks[-1] if row.remarks else {}
            reason = {
                "reason_zh": str(first.get("message_zh", "")),
                "reason_en": str(first.get("message_en", "")),
            }
            refused.append({"ref": row.ref, "code": str(first.get("code", ""))} | reason)
    return dict(counts), refused


def outcome(row: ImportRow) -> str:
    """What became of a row, in one sentence for its sender."""
    if row.action == RowAction.REFUSED:
        return f"未导入：{row.entry.get('reason_zh', '')}"
    if row.state == RowState.FAILED:
        return "未导入：" + "；".join(str(one.get("message_zh") or one.get("zh", "")) for one in row.remarks)
    if row.state == RowState.UNDONE:
        return "已撤销"
    notes = [f"{label_of(row.kind, one['field'])}：{one['zh']}" for one in row.entry.get("warnings", ())]
    missing = [label_of(row.kind, name) for name in row.entry.get("missing") or ()]
    parts = [_WORDS[row.action], *(["缺少：" + "、".join(missing)] if missing else []), *notes]
    return "；".join(part for part in parts if part)


def _marked(data: bytes, rows: Mapping[str, ImportRow]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for name in book.sheetnames:
        sheet = book[name]
        if isinstance(sheet, Worksheet):
            _mark(sheet, rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _mark(sheet: Worksheet, rows: Mapping[str, ImportRow]) -> None:
    found = {
        int(ref.rpartition("!")[2]): row
        for ref, row in rows.items()
        if ref.rpartition("!")[0] == sheet.title and ref.rpartition("!")[2].isdigit()
    }
    if not found:
        return
    column = sheet.max_column + 1
    header = min(found) - 1
    if header:
        sheet.cell(header, column).value = COLUMN
    for number, row in found.items():
        cell = sheet.cell(number, column)
        # A text, so that what a sender wrote never becomes a formula.
        cell.value, cell.data_type = outcome(row), "s"
        colour = _COLOURS.get("failed" if row.state == RowState.FAILED else row.action)
        if colour:
            cell.fill = PatternFill("solid", fgColor=colour)


def _listed(rows: Iterable[ImportRow]) -> bytes:
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(COLUMN)
        sheet.write_row(0, 0, ("位置", "名称", COLUMN))
        for index, row in enumerate(rows, 1):
            title = str(row.entry.get("fields", {}).get("title", ""))
            sheet.write_row(index, 0, (row.ref, title, outcome(row)))
    return out.getvalue()

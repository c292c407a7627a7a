"""Page `/bureau/duplicates/records`: records that may be one, side by side: merged, kept apart, and undone."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import Conflict, Invalid, SankuError
from app.exchange.duplicates.decisions import DuplicateDecisions, RecordVerdict
from app.exchange.duplicates.listing import LikelyRecords, LikelySide, likely_records
from app.libraries.http.dependencies import AppIndexer
from app.libraries.record.enums import RecordKind
from app.services import AppSettings
from app.web.bureau.duplicates.words import KEY_NAMES, duplicate_tabs, grounds
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, WebPage
from app.web.posted import NOTHING, Posted, PostedForm, id_of
from app.web.renderer import day, pick
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

ADDRESS = "/bureau/duplicates/records"
_SHOWN = 20
_PLURALS = {
    RecordKind.ACHIEVEMENT: "achievements",
    RecordKind.DEMAND: "demands",
    RecordKind.MANAGER: "managers",
}

Kind = Annotated[RecordKind, Query()]


@router.get(ADDRESS, name="likely_records")
def records(page: CurrentPage, session: ReadSession, kind: Kind = RecordKind.ACHIEVEMENT) -> Response:
    """What waits, the strongest evidence first, and the latest decisions."""
    return _show(page, session, kind)


@router.post(f"{ADDRESS}/decide", name="decide_likely_records")
def decide(
    page: CurrentPage,
    posted: Posted,
    database: AppDatabase,
    indexer: AppIndexer,
    settings: AppSettings,
    kind: Kind,
) -> Response:
    """Withdraw one of both in favour of the other, or say that these are two."""
    page.take_display(posted)
    first, second = id_of(posted, "first"), id_of(posted, "second")
    verdict = posted.get("verdict")
    error: SankuError | None = None
    if not posted.only_shows:
        try:
            kept, other = (second, first) if verdict == "keep_second" else (first, second)
            is_one = verdict in ("keep_first", "keep_second")
            DuplicateDecisions(database, indexer, settings, page.principal).decide(
                kind,
                kept_id=kept,
                other_id=other,
                verdict=RecordVerdict.SAME if is_one else RecordVerdict.DIFFERENT,
                note=grounds(posted),
            )
            return page.redirect(f"{ADDRESS}?kind={kind.value}", notice="saved")
        except (Conflict, Invalid) as refusal:
            error = refusal
    with database.reading() as session:
        return _show(page, session, kind, posted=posted, error=error)


@router.post(f"{ADDRESS}/undo", name="undo_likely_records")
def undo(
    page: CurrentPage,
    posted: Posted,
    database: AppDatabase,
    indexer: AppIndexer,
    settings: AppSettings,
    kind: Kind,
) -> Response:
    """Take a decision back; after a merge, the other record is published again."""
    page.take_display(posted)
    error: SankuError | None = None
    if not posted.only_shows:
        try:
            DuplicateDecisions(database, indexer, settings, page.principal).undo(id_of(posted, "decision"))
            return page.redirect(f"{ADDRESS}?kind={kind.value}", notice="undone")
        except Conflict as refusal:
            error = refusal
    with database.reading() as session:
        return _show(page, session, kind, error=error)


def _show(
    page: WebPage,
    session: ReadSession,
    kind: RecordKind,
    *,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
) -> Response:
    found = likely_records(session, kind, limit=_SHOWN, principal=page.principal)
    return page.show(
        "bureau/likely_records.html",
        status=error.status if error else 200,
        found=found,
        kind=kind.value,
        plural=_PLURALS[kind],
        tabs=duplicate_tabs(kind),
        tables=[_side_by_side(pair) for pair in found.pairs],
        evidence=[[pick(zh, en) for zh, en in pair.evidence] for pair in found.pairs],
        typed=posted.get,
        error=error,
    )


def _side_by_side(pair: LikelyRecords) -> TableView:
    sides = (pair.first, pair.second)
    rows = [
        TableRow((translate(_("编号")), *(side.number for side in sides))),
        TableRow((translate(_("名称")), *(side.title for side in sides))),
        TableRow((translate(_("所属单位")), *(_owner(side) for side in sides))),
        TableRow((translate(_("主要内容")), *(side.text or "–" for side in sides))),
        TableRow((translate(_("权利与登记")), *(_keys(side) for side in sides))),
        TableRow((translate(_("完成人")), *(translate(_("、")).join(side.people) or "–" for side in sides))),
        TableRow((translate(_("来源")), *(_source(side) for side in sides))),
        TableRow((translate(_("发布时间")), *(day(side.published_at) for side in sides))),
    ]
    columns = [
        TableColumn(translate(_("项目"))),
        TableColumn(translate(_("甲"))),
        TableColumn(translate(_("乙"))),
    ]
    shown = [row for row in rows if any(cell != "–" for cell in row.cells[1:])]
    return TableView(translate(_("两条记录的比较")), columns, shown, wide=True, hides_caption=True)


def _owner(side: LikelySide) -> str:
    return f"{side.owner}{translate(_('（匿名发布）'))}" if side.is_anonymous else side.owner


def _keys(side: LikelySide) -> str:
    named = (key.split(":", 1) for key in side.keys)
    return "\n".join(f"{translate(KEY_NAMES.get(name, name))} {value}" for name, value in named) or "–"


def _source(side: LikelySide) -> str:
    if side.source.startswith("import:"):
        return translate(_("导入：%(name)s")) % {"name": side.source.removeprefix("import:")}
    if side.source == "import":
        return translate(_("导入"))
    return side.source or translate(_("直接填报"))

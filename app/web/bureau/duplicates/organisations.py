"""Page `/bureau/duplicates`: organisations that may be one, side by side; merge them, or keep them apart, and undo."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.lists.duplicates import ComparedOrganisation, duplicate_list
from app.accounts.organisations.merges import decisions
from app.accounts.organisations.merges.decisions import IdentityVerdict
from app.accounts.organisations.service import get_organisation
from app.database import AppDatabase, ReadSession
from app.errors import SankuError
from app.vocabularies import vocabulary
from app.web.bureau.duplicates.words import duplicate_tabs, grounds
from app.web.bureau.lists.words import ORGANISATION_KINDS
from app.web.i18n import language_now, translate
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import NOTHING, Posted, PostedForm, id_of
from app.web.renderer import day, pick
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

_SHOWN = 20


@router.get("/bureau/duplicates", name="duplicates")
def duplicates(page: CurrentPage, session: ReadSession) -> Response:
    """What waits, the strongest evidence first, and the latest decisions."""
    return _show(page, session)


@router.post("/bureau/duplicates/decide", name="decide_duplicates")
def decide(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Merge into the organisation that is kept, or say that these are two."""
    first, second = id_of(posted, "first"), id_of(posted, "second")
    verdict = posted.get("verdict")

    def command(session: ReadSession) -> Response:
        kept, other = (second, first) if verdict == "keep_second" else (first, second)
        decisions.decide(
            session,
            principal=page.principal,
            kept=get_organisation(session, kept, principal=page.principal),
            other=get_organisation(session, other, principal=page.principal),
            verdict=IdentityVerdict.SAME
            if verdict in ("keep_first", "keep_second")
            else IdentityVerdict.DIFFERENT,
            note=grounds(posted),
        )
        return page.redirect("/bureau/duplicates", notice="saved")

    return page.act(
        posted, database, command, lambda session, error: _show(page, session, posted=posted, error=error)
    )


@router.post("/bureau/duplicates/undo", name="undo_duplicates")
def undo(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Take a decision back; after a merge, what was moved goes back."""

    def command(session: ReadSession) -> Response:
        decisions.undo(session, id_of(posted, "decision"), principal=page.principal)
        return page.redirect("/bureau/duplicates", notice="undone")

    return page.act(posted, database, command, lambda session, error: _show(page, session, error=error))


def _show(
    page: WebPage,
    session: ReadSession,
    *,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
) -> Response:
    found = duplicate_list(session, limit=_SHOWN, principal=page.principal)
    return page.show(
        "bureau/duplicates.html",
        status=error.status if error else 200,
        found=found,
        tabs=duplicate_tabs(None),
        tables=[_side_by_side(pair.first, pair.second) for pair in found.pairs],
        evidence=[[pick(zh, en) for zh, en in pair.evidence] for pair in found.pairs],
        typed=posted.get,
        error=error,
    )


def _side_by_side(first: ComparedOrganisation, second: ComparedOrganisation) -> TableView:
    sides = (first, second)
    rows = [
        TableRow((translate(label), *(_text(side, name) for side in sides)))
        for label, name in (
            (_("名称"), "name"),
            (_("统一社会信用代码"), "uscc"),
            (_("类型"), "kind"),
            (_("地区"), "region"),
            (_("曾用名、简称"), "aliases"),
            (_("核验时间"), "verified_at"),
            (_("登记时间"), "created_at"),
        )
    ]
    rows.append(TableRow((translate(_("用户数")), *(side.users for side in sides))))
    columns = [
        TableColumn(translate(_("项目"))),
        TableColumn(translate(_("甲"))),
        TableColumn(translate(_("乙"))),
    ]
    return TableView(translate(_("两个单位的比较")), columns, rows, wide=True, hides_caption=True)


def _text(side: ComparedOrganisation, name: str) -> str:
    value = getattr(side.organisation, name)
    if name == "kind":
        return translate(ORGANISATION_KINDS.get(str(value), str(value)))
    if name == "region":
        return vocabulary("regions").label(value, language_now()) if value else "–"
    if name == "aliases":
        return translate(_("、")).join(value) or "–"
    return day(value) if name.endswith("_at") else str(value or "–")

"""Page `/bureau/rounds/…/recompute`: whether the stored result follows from the frozen data, and what changed since."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession
from app.libraries.summaries import ManagerSummary, manager_summaries
from app.talent.rounds import service
from app.talent.rounds.presenter import read_round
from app.talent.rounds.schemas import DifferenceRead
from app.talent.rounds.verification import verified_round
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

_SUBJECTS = {
    "entry": _("认定条目"),
    "contract": _("合同"),
    "certificate": _("证书"),
    "filing": _("备案"),
}


@router.get("/bureau/rounds/{id}/recompute", name="recompute_round")
def recompute(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """A fresh computation beside the stored one. Nothing is written.

    Raises:
        Conflict: the round is not frozen.
    """
    round_ = read_round(session, service.find(session, id, principal=page.principal), page.principal)
    found = verified_round(session, id, principal=page.principal)
    ids = {one.manager_id for one in (*found.differences, *found.drift)}
    names = manager_summaries(session, ids | {one.manager_id for one in found.tiers_today})
    return page.show(
        "bureau/recomputation.html",
        round=round_,
        found=found,
        differences=_table(_("不一致之处"), found.differences, names),
        drift=_table(_("冻结后数据的变化"), found.drift, names),
        today=TableView(
            translate(_("按现有数据类别将不同的人员")),
            [TableColumn(translate(label)) for label in (_("姓名"), _("冻结时"), _("按现有数据"))],
            [
                TableRow(
                    (names[one.manager_id].name, one.frozen_tier or "–", one.tier_today or "–"),
                    f"/managers/{names[one.manager_id].number}",
                )
                for one in found.tiers_today
            ],
            hides_caption=True,
        ),
    )


def _table(
    caption: str, differences: Sequence[DifferenceRead], names: dict[UUID, ManagerSummary]
) -> TableView:
    labels = (_("姓名"), _("对象"), _("编号"), _("字段"), _("冻结时的值"), _("现在的值"))
    rows = [
        TableRow(
            (
                names[one.manager_id].name,
                translate(_SUBJECTS.get(one.subject, one.subject)),
                one.number or "–",
                one.field,
                "–" if one.frozen is None else str(one.frozen),
                "–" if one.found is None else str(one.found),
            )
        )
        for one in differences
    ]
    return TableView(
        translate(caption), [TableColumn(translate(label)) for label in labels], rows, hides_caption=True
    )

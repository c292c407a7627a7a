"""Page `/board`: the manager's engagements by stage, with what is due next in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from app.clock import JINAN_TIME, today
from app.database import ReadSession
from app.engagements.lists.engagements import STAGES, engagement_page
from app.engagements.schemas import EngagementRow, TaskRead
from app.engagements.tasks.listing import own_tasks
from app.paging import MAX_PAGE, PageRequest
from app.web.i18n import mark as _
from app.web.page import CurrentPage

router = APIRouter()

_LEADS_HERE = {
    "proposed": _("接受推送后在这里"),
    "contacted": _("联系双方后在这里"),
    "meeting": _("双方同意并会面后在这里"),
    "negotiating": _("开始洽谈后在这里"),
    "signed": _("双方签订合同后在这里"),
    "landed": _("主管部门确认落地后在这里"),
}


@dataclass(frozen=True, slots=True)
class BoardCard:
    """An engagement on the board: its next open task, and its days in this stage."""

    row: EngagementRow
    task: TaskRead | None
    days: int

    def is_overdue(self, day: date) -> bool:
        """Whether its next task is overdue."""
        return self.task is not None and self.task.due_on < day


@router.get("/board", name="board")
def board(page: CurrentPage, session: ReadSession) -> Response:
    """Overdue cards first, then those that have waited longest."""
    shown = [stage for stage in STAGES if stage.value in _LEADS_HERE]
    rows = engagement_page(session, PageRequest(MAX_PAGE), principal=page.principal, stages=shown).items
    tasks = own_tasks(session, PageRequest(MAX_PAGE), ["open"], principal=page.principal).items
    cards = _cards(rows, tasks, today())
    return page.show(
        "manager/board.html",
        columns=[(stage, [card for card in cards if card.row.stage == stage]) for stage in shown],
        leads_here=_LEADS_HERE,
        today=today(),
    )


def _cards(rows: Sequence[EngagementRow], tasks: Sequence[TaskRead], day: date) -> list[BoardCard]:
    following: dict[str, TaskRead] = {}
    for task in tasks:  # the earliest day first
        following.setdefault(str(task.engagement_id), task)
    cards = [
        BoardCard(row, following.get(str(row.id)), (day - row.stage_since.astimezone(JINAN_TIME).date()).days)
        for row in rows
    ]
    return sorted(cards, key=lambda card: (not card.is_overdue(day), -card.days))

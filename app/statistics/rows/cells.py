"""The rows of one cell of a figure, by the codes with which its table names them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from app.engagements.models import Stage
from app.errors import NotFound
from app.paging import Page, PageRequest
from app.statistics.figures.demands import STEP_NAMES
from app.statistics.queries.contracts import ContractGroup, ContractPart
from app.statistics.queries.pushes import Outcome
from app.statistics.query import StatisticsQuery
from app.statistics.rows import listing

PARAMETERS = (
    "of",
    "step",
    "stage",
    "left",
    "part",
    "group_by",
    "key",
    "outcome",
    "read",
    "reason",
    "band",
    "manager_id",
)
"""Names that a cell may have beside the filters of its figure. `of` is the part of a figure with other rows."""

Words = tuple[str, str]
Parameters = Mapping[str, str]
Code = TypeVar("Code", bound=StrEnum)


class RowKind(StrEnum):
    """What the rows are."""

    DEMAND = "demand"
    RECORD = "record"
    ENGAGEMENT = "engagement"
    STAY = "stay"
    CONTRACT = "contract"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class CellRows:
    """Rows of a cell; `words` names the cell in Chinese and English beside the key of its line."""

    kind: RowKind
    words: Words
    items: Sequence[Any]
    next_cursor: str | None


def step_words(code: str) -> Words:
    """A step of the funnel by its code."""
    return STEP_NAMES[listing.STEPS[code]]


def rows_of_cell(
    session: Session, criteria: StatisticsQuery, paging: PageRequest, figure: str, asked: Parameters
) -> CellRows:
    """
    Raises:
        NotFound: the figure has no such cell.
        Forbidden: the reader may not see these rows.
    """
    part = asked.get("of")
    make = _CELLS.get(f"{figure}/{part}" if part else figure)
    if make is None:
        raise NotFound
    kind, words, page = make(session, criteria, paging, asked)
    return CellRows(kind, words, page.items, page.next_cursor)


Made = tuple[RowKind, Words, Page[Any]]


def _code(kind: type[Code], text: str | None) -> Code:
    try:
        return kind(text or "")
    except ValueError:
        raise NotFound from None


def _id(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise NotFound from None


def _funnel(session: Session, criteria: StatisticsQuery, paging: PageRequest, asked: Parameters) -> Made:
    step = asked.get("step", "published")
    if step not in listing.STEPS:
        raise NotFound
    found = listing.demand_page(session, criteria, paging, step=step)
    return RowKind.DEMAND, STEP_NAMES[listing.STEPS[step]], found


def _ended(session: Session, criteria: StatisticsQuery, paging: PageRequest, asked: Parameters) -> Made:
    found = listing.ended_page(session, criteria, paging, reason=asked.get("reason"))
    return RowKind.ENGAGEMENT, ("已终止的对接", "Ended engagements"), found


def _stages(session: Session, criteria: StatisticsQuery, paging: PageRequest, asked: Parameters) -> Made:
    stage = _code(Stage, asked.get("stage"))
    left = {"true": True, "false": False}.get(asked.get("left", ""))
    found = listing.stay_page(session, criteria, paging, stage=stage, left=left)
    if left is None:
        return RowKind.STAY, (stage.zh, stage.en), found
    state = ("已结束", "finished") if left else ("仍在本阶段", "still in it")
    return RowKind.STAY, (f"{stage.zh}，{state[0]}", f"{stage.en}, {state[1]}"), found


_PARTS: Mapping[ContractPart, Words] = {
    ContractPart.STANDING: ("有效合同", "Contracts in force"),
    ContractPart.LANDED: ("在济落地的合同", "Contracts landed in Jinan"),
    ContractPart.CANCELLED: ("已撤销的合同", "Cancelled contracts"),
}


def _contracts(session: Session, criteria: StatisticsQuery, paging: PageRequest, asked: Parameters) -> Made:
    part = _code(ContractPart, asked.get("part", "standing"))
    group = asked.get("group_by")
    found = listing.contract_page(
        session,
        criteria,
        paging,
        part=part,
        group_by=_code(ContractGroup, group) if group else None,
        key=asked.get("key"),
    )
    return RowKind.CONTRACT, _PARTS[part], found


_GAPS: Mapping[str, Words] = {
    "demands": ("需求", "Demands"),
    "with_good": ("有良好匹配的需求", "Demands with a good match"),
    "without_good": ("尚无良好匹配的需求", "Demands without a good match"),
    "too_immature": ("成果成熟度均不足的需求", "Demands whose achievements are all too immature"),
    "achievements": ("成果", "Achievements"),
    "unwanted": ("无人需要的成果", "Achievements that nobody needs"),
    "good_achievements": ("匹配良好的成果", "Achievements with a good match"),
}


def _gaps(session: Session, criteria: StatisticsQuery, paging: PageRequest, asked: Parameters) -> Made:
    part, key = asked.get("part", "demands"), asked.get("key", "")
    if part not in _GAPS:
        raise NotFound
    return RowKind.RECORD, _GAPS[part], listing.gap_page(session, criteria, paging, part=part, key=key)


_OUTCOMES: Mapping[Outcome, Words] = {
    Outcome.ACCEPTED: ("接受的推送", "Accepted pushes"),
    Outcome.DECLINED: ("婉拒的推送", "Declined pushes"),
    Outcome.WAITING: ("待答复的推送", "Pushes that wait for an answer"),
    Outcome.UNANSWERED: ("未答复的推送", "Unanswered pushes"),
    Outcome.CANCELLED: ("取消的推送", "Cancelled pushes"),
}


def _pushes(session: Session, criteria: StatisticsQuery, paging: PageRequest, asked: Parameters) -> Made:
    text, read = asked.get("outcome"), asked.get("read")
    outcome = _code(Outcome, text) if text else None
    found = listing.attempt_page(
        session,
        criteria,
        paging,
        outcome=outcome,
        read=True if read == "true" else None,
        reason=asked.get("reason"),
    )
    if outcome is not None:
        return RowKind.PUSH, _OUTCOMES[outcome], found
    if asked.get("reason"):
        return RowKind.PUSH, _OUTCOMES[Outcome.DECLINED], found
    return RowKind.PUSH, ("已读的推送", "Read pushes") if read else ("推送", "Pushes"), found


def _band(session: Session, criteria: StatisticsQuery, paging: PageRequest, asked: Parameters) -> Made:
    text = asked.get("band", "")
    if not (len(text) == 1 and text.isdecimal()):
        raise NotFound
    band, accepted = int(text), asked.get("outcome") == Outcome.ACCEPTED
    found = listing.attempt_page(
        session, criteria, paging, outcome=Outcome.ACCEPTED if accepted else None, band=band
    )
    lowest, highest = band / 10, (band + 1) / 10
    zh, en = ("接受的推送", "Accepted pushes") if accepted else ("已答复的推送", "Answered pushes")
    words = f"{zh}，匹配分 {lowest:.1f}–{highest:.1f}", f"{en}, scores {lowest:.1f}–{highest:.1f}"
    return RowKind.PUSH, words, found


def _load(session: Session, criteria: StatisticsQuery, paging: PageRequest, asked: Parameters) -> Made:
    found = listing.occupying_page(session, criteria, paging, manager_id=_id(asked.get("manager_id")))
    return RowKind.ENGAGEMENT, ("在办的对接", "Open engagements"), found


_CELLS: Mapping[str, Callable[[Session, StatisticsQuery, PageRequest, Parameters], Made]] = {
    "funnel": _funnel,
    "funnel/ended": _ended,
    "stage-times": _stages,
    "contracts": _contracts,
    "gaps": _gaps,
    "pushes": _pushes,
    "reliability": _band,
    "load": _load,
}

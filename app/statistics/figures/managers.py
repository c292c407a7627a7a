"""Figures of managers, with what the reader may see of them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.engagements.models import OPEN_STAGES, Stage
from app.engagements.shares.rule import split_amount
from app.libraries.managers.models import Manager
from app.paging import PageRequest, Sort, fetch_page
from app.statistics.common import hours
from app.statistics.figures.pushes import Counts, _links, _response, _suppressed
from app.statistics.queries import contracts, engagements
from app.statistics.queries import pushes as push_queries
from app.statistics.query import Scope, StatisticsQuery
from app.statistics.schemas import ManagerLine
from app.statistics.small_cell_suppression import is_small, suppressed_parts

STAGES_OF: Mapping[str, tuple[str, ...]] = {
    "open": tuple(stage.value for stage in OPEN_STAGES if stage is not Stage.SIGNED),
    "signed": (Stage.SIGNED.value,),
    "landed": (Stage.LANDED.value,),
    "ended": (Stage.ENDED.value,),
}
"""Counted part → stages; open engagements are those not yet signed."""
_BY_NUMBER = Sort(Manager.number, str, name="managers")
_PART_OF = {stage: part for part, stages in STAGES_OF.items() for stage in stages}


def criteria_for_managers(criteria: StatisticsQuery) -> StatisticsQuery:
    """Institutions see figures of their staff, but with small cells suppressed and without rows."""
    return replace(criteria, scope=Scope.CITY) if criteria.principal.role is Role.INSTITUTION else criteria


def manager_page(
    session: Session, criteria: StatisticsQuery, paging: PageRequest
) -> tuple[list[ManagerLine], str | None]:
    """One page of the managers that the reader may see, by number, with the cursor of the next one."""
    rows, next_cursor = fetch_page(session, push_queries.managers(criteria.principal), _BY_NUMBER, paging)
    return manager_lines(session, criteria, rows), next_cursor


def manager_lines(
    session: Session, criteria: StatisticsQuery, managers: Sequence[Manager]
) -> list[ManagerLine]:
    """One line per manager, in the given order; the number of queries does not grow with the managers."""
    criteria = criteria_for_managers(criteria)
    ids = [manager.id for manager in managers]
    responses: defaultdict[UUID, Counts] = defaultdict(Counter)
    for id_, outcome, read, count in session.execute(push_queries.responses_of_managers(criteria, ids)):
        responses[id_] += Counter({outcome: count, "read": int(read)})
    times = {row[0]: row for row in session.execute(push_queries.answer_times_of_managers(criteria, ids))}
    stages: defaultdict[UUID, Counts] = defaultdict(Counter)
    for id_, stage, count in session.execute(engagements.engagements_of_managers(criteria, ids)):
        stages[id_][_PART_OF[stage]] += count
    amounts = _amounts(session, criteria, ids)
    return [
        _manager_line(
            criteria,
            manager,
            responses[manager.id],
            times.get(manager.id),
            stages[manager.id],
            amounts[manager.id],
        )
        for manager in managers
    ]


def _amounts(session: Session, criteria: StatisticsQuery, ids: list[UUID]) -> dict[UUID, list[Decimal]]:
    """Manager → their part of each contract, to 0.01 万元, equal to the contract's own response."""
    deals: dict[UUID, Decimal] = {}
    shares: defaultdict[UUID, dict[UUID, Decimal]] = defaultdict(dict)
    for contract_id, deal, manager_id, percent in session.execute(
        contracts.shares_of_managers(criteria, ids)
    ):
        deals[contract_id] = deal
        shares[contract_id][manager_id] = percent
    amounts: defaultdict[UUID, list[Decimal]] = defaultdict(list)
    for contract_id, deal in deals.items():
        for manager_id, amount in split_amount(deal, shares[contract_id]).items():
            amounts[manager_id].append(amount)
    return amounts


def _manager_line(
    criteria: StatisticsQuery,
    manager: Manager,
    counts: Counts,
    times: Any,
    stages: Counts,
    amounts: list[Decimal],
) -> ManagerLine:
    hidden: frozenset[str] = frozenset()
    answered = 0 if times is None else times[1]
    has_times = answered > 0
    if criteria.suppresses:
        hidden = _suppressed(counts, criteria.min_cell)
        parts = suppressed_parts({name: stages[name] for name in STAGES_OF}, criteria.min_cell)
        hidden |= {"engagements", *STAGES_OF} if parts is None else parts
        if is_small(len(amounts), criteria.min_cell):
            hidden |= {"contracts", "contract_amount_wan"}
        has_times = has_times and not is_small(answered, criteria.min_cell)
    values: dict[str, Any] = {name: stages[name] for name in STAGES_OF}
    values |= {
        "engagements": sum(stages.values()),
        "contracts": len(amounts),
        "contract_amount_wan": sum(amounts, Decimal("0.00")),
    }
    links = _links_of_manager(criteria, str(manager.id))
    return ManagerLine(
        key=str(manager.id),
        label_zh=manager.title,
        label_en=manager.title,
        number=manager.number,
        hidden=bool(hidden),
        **_response(counts, hidden),
        **{name: None if name in hidden else value for name, value in values.items()},
        median_answer_hours=hours((times[3] + times[4]) / 2) if has_times else None,
        rows={name: link for name, link in links.items() if link},
    )


def _links_of_manager(criteria: StatisticsQuery, manager_id: str) -> dict[str, str]:
    """Figure → address of its rows; empty where there are none to see."""
    links = _links(criteria, manager_id=manager_id)
    for name in ("engagements", *STAGES_OF):
        stage = {} if name == "engagements" else {"stage": name}
        links[name] = criteria.rows("managers", manager_id=manager_id, **stage) or ""
    links["contracts"] = criteria.rows("contracts", part="standing", manager_id=manager_id) or ""
    return links

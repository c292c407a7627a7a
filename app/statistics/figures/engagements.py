"""Figures of stage durations and contracts, reduced to what the reader may see."""

from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.engagements.models import OPEN_STAGES
from app.statistics.common import count_by_key, days, head, labelled
from app.statistics.queries import contracts as contract_queries
from app.statistics.queries import engagements as queries
from app.statistics.queries.contracts import ContractGroup, ContractPart
from app.statistics.query import StatisticsQuery
from app.statistics.schemas import ContractLine, ContractsRead, StageLine, StageTimesRead
from app.statistics.small_cell_suppression import is_small, suppressed_parts
from app.statistics.sql_functions import NONE

_ZERO = Decimal("0.00")
_VOCABULARIES = {
    ContractGroup.FIELD: "hightech_fields",
    ContractGroup.REGION: "regions",
    ContractGroup.KIND: "contract_types",
}


def stage_times(session: Session, criteria: StatisticsQuery) -> StageTimesRead:
    """Durations by stage, of the stays that began in the period; ongoing stays are counted separately."""
    finished = {row[0]: row for row in session.execute(queries.stage_times(criteria))}
    ongoing: dict[str, int] = count_by_key(session, queries.open_stages(criteria))
    lines = []
    for stage in OPEN_STAGES:
        _, count, mean, low, high, p90 = finished.get(stage.value, (stage.value, 0, 0, 0, 0, 0))
        ongoing_count = ongoing.get(stage.value, 0)
        hidden = {
            "finished": criteria.suppresses and is_small(count, criteria.min_cell),
            "ongoing": criteria.suppresses and is_small(ongoing_count, criteria.min_cell),
        }
        has_times = count > 0 and not hidden["finished"]
        lines.append(
            StageLine(
                key=stage.value,
                label_zh=stage.zh,
                label_en=stage.en,
                hidden=any(hidden.values()),
                finished=None if hidden["finished"] else count,
                mean_days=days(mean) if has_times else None,
                median_days=days((low + high) / 2) if has_times else None,
                p90_days=days(p90) if has_times else None,
                ongoing=None if hidden["ongoing"] else ongoing_count,
                rows=criteria.rows("stage-times", stage=stage.value, left="true"),
                ongoing_rows=criteria.rows("stage-times", stage=stage.value, left="false"),
            )
        )
    return StageTimesRead(**head(criteria), stages=lines)


def contracts(session: Session, criteria: StatisticsQuery, group_by: ContractGroup | None) -> ContractsRead:
    """Contracts signed in the period, with exact sums in 万元.

    Whether the total is shown does not depend on the grouping, or another grouping would show what one hides: where not
    even suppressing all groups is safe, there are no groups.
    """
    sums = [_ContractSums(row) for row in session.execute(contract_queries.contracts(criteria, group_by))]
    whole = _ContractSums.sum(sums)
    hidden: frozenset[str] | None = frozenset()
    hides_total = criteria.suppresses and is_small(whole.counts[ContractPart.STANDING], criteria.min_cell)
    if criteria.suppresses:
        hidden = suppressed_parts(
            {group.key: group.counts[ContractPart.STANDING] for group in sums}, criteria.min_cell
        )
    groups: list[ContractLine] = []
    if group_by is not None and hidden is not None:
        groups = [_line(criteria, group_by, group, group.key in hidden) for group in sums]
    return ContractsRead(
        **head(criteria),
        group_by=group_by,
        total=_line(criteria, None, whole, hides_total),
        groups=groups,
    )


class _ContractSums:
    """Count, deal amount and technology amount of each part, for one key."""

    def __init__(self, row: Any) -> None:
        self.key: str = row[0]
        self.counts: dict[ContractPart, int] = {}
        self.deals: dict[ContractPart, Decimal] = {}
        self.technology: dict[ContractPart, Decimal] = {}
        for position, part in enumerate(ContractPart):
            count, deal, technology = row[1 + 3 * position : 4 + 3 * position]
            self.counts[part] = int(count)
            self.deals[part] = deal if deal is not None else _ZERO
            self.technology[part] = technology if technology is not None else _ZERO

    @classmethod
    def sum(cls, groups: list["_ContractSums"]) -> "_ContractSums":
        whole = cls((NONE, *(0, _ZERO, _ZERO) * len(ContractPart)))
        for group in groups:
            for part in ContractPart:
                whole.counts[part] += group.counts[part]
                whole.deals[part] += group.deals[part]
                whole.technology[part] += group.technology[part]
        return whole


def _line(
    criteria: StatisticsQuery, group_by: ContractGroup | None, amounts: _ContractSums, hidden: bool
) -> ContractLine:
    """`group_by` is None for the total, the only line that shows landed and cancelled contracts to everybody."""
    shown = {ContractPart.STANDING: not hidden}
    standing, landed = amounts.counts[ContractPart.STANDING], amounts.counts[ContractPart.LANDED]
    small = is_small(landed, criteria.min_cell) or is_small(standing - landed, criteria.min_cell)
    for part, is_publishable in (
        (ContractPart.LANDED, not hidden and not small),
        (ContractPart.CANCELLED, not is_small(amounts.counts[ContractPart.CANCELLED], criteria.min_cell)),
    ):
        shown[part] = not criteria.suppresses or (group_by is None and is_publishable)

    def visible(values: dict[ContractPart, Any], part: ContractPart) -> Any:
        return values[part] if shown[part] else None

    def rows(part: ContractPart) -> str | None:
        key = None if group_by is None else amounts.key
        return criteria.rows("contracts", part=part.value, group_by=group_by, key=key)

    names = labelled(_VOCABULARIES.get(group_by) if group_by else None, amounts.key)
    if group_by is None:
        names = {"key": "total", "label_zh": "合计", "label_en": "Total"}
    return ContractLine(
        **names,
        hidden=not all(shown.values()),
        count=visible(amounts.counts, ContractPart.STANDING),
        deal_amount_wan=visible(amounts.deals, ContractPart.STANDING),
        technology_amount_wan=visible(amounts.technology, ContractPart.STANDING),
        landed=visible(amounts.counts, ContractPart.LANDED),
        landed_deal_wan=visible(amounts.deals, ContractPart.LANDED),
        landed_technology_wan=visible(amounts.technology, ContractPart.LANDED),
        cancelled=visible(amounts.counts, ContractPart.CANCELLED),
        cancelled_deal_wan=visible(amounts.deals, ContractPart.CANCELLED),
        rows=rows(ContractPart.STANDING),
        landed_rows=rows(ContractPart.LANDED),
        cancelled_rows=rows(ContractPart.CANCELLED),
    )


def contracts_by_month(session: Session, criteria: StatisticsQuery) -> ContractsRead:
    """`contracts` by month of signing."""
    return contracts(session, criteria, ContractGroup.MONTH)

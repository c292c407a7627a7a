"""Time in each stage and contracts, with what the reader may see of them."""

from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.engagements.models import OPEN_STAGES
from app.statistics.common import counted, days, head, named
from app.statistics.queries import engagements as queries
from app.statistics.queries.engagements import ContractGroup, ContractPart
from app.statistics.query import StatisticsQuery
from app.statistics.schemas import ContractLine, ContractsRead, StageLine, StageTimesRead
from app.statistics.small_cell_suppression import hidden_parts, is_small
from app.statistics.sql_functions import NONE

_ZERO = Decimal("0.00")
_VOCABULARIES = {
    ContractGroup.FIELD: "hightech_fields",
    ContractGroup.REGION: "regions",
    ContractGroup.KIND: "contract_types",
}


def stage_times(session: Session, asked: StatisticsQuery) -> StageTimesRead:
    """Of the stays that began in the period: those over by their length, those that still last apart."""
    finished = {row[0]: row for row in session.execute(queries.stage_times(asked))}
    ongoing: dict[str, int] = counted(session, queries.open_stages(asked))
    lines = []
    for stage in OPEN_STAGES:
        _, count, mean, low, high, p90 = finished.get(stage.value, (stage.value, 0, 0, 0, 0, 0))
        lasting = ongoing.get(stage.value, 0)
        hidden = {
            "finished": asked.hides and is_small(count, asked.least),
            "ongoing": asked.hides and is_small(lasting, asked.least),
        }
        there = count > 0 and not hidden["finished"]
        lines.append(
            StageLine(
                key=stage.value,
                label_zh=stage.zh,
                label_en=stage.en,
                hidden=any(hidden.values()),
                finished=None if hidden["finished"] else count,
                mean_days=days(mean) if there else None,
                median_days=days((low + high) / 2) if there else None,
                p90_days=days(p90) if there else None,
                ongoing=None if hidden["ongoing"] else lasting,
                rows=asked.rows("stage-times", stage=stage.value, left="true"),
                ongoing_rows=asked.rows("stage-times", stage=stage.value, left="false"),
            )
        )
    return StageTimesRead(**head(asked), stages=lines)


def contracts(session: Session, asked: StatisticsQuery, group_by: ContractGroup | None) -> ContractsRead:
    """Signed in the period, in 万元; sums are exact."""
    found = [_Counted(row) for row in session.execute(queries.contracts(asked, group_by))]
    whole = _Counted.sum(found)
    hidden: frozenset[str] | None = frozenset()
    if asked.hides:
        hidden = hidden_parts({one.key: one.counts[ContractPart.STANDING] for one in found}, asked.least)
    every = frozenset(one.key for one in found)
    groups = [_line(asked, group_by, one, one.key in (every if hidden is None else hidden)) for one in found]
    return ContractsRead(
        **head(asked),
        group_by=group_by,
        total=_line(asked, None, whole, hidden is None),
        groups=groups if group_by is not None else [],
    )


class _Counted:
    """A key with count, deal and technology amount of each part."""

    def __init__(self, row: Any) -> None:
        self.key: str = row[0]
        self.counts: dict[ContractPart, int] = {}
        self.deals: dict[ContractPart, Decimal] = {}
        self.technology: dict[ContractPart, Decimal] = {}
        for place, part in enumerate(ContractPart):
            count, deal, technology = row[1 + 3 * place : 4 + 3 * place]
            self.counts[part] = int(count)
            self.deals[part] = deal if deal is not None else _ZERO
            self.technology[part] = technology if technology is not None else _ZERO

    @classmethod
    def sum(cls, parts: list["_Counted"]) -> "_Counted":
        whole = cls((NONE, *(0, _ZERO, _ZERO) * len(ContractPart)))
        for one in parts:
            for part in ContractPart:
                whole.counts[part] += one.counts[part]
                whole.deals[part] += one.deals[part]
                whole.technology[part] += one.technology[part]
        return whole


def _line(
    asked: StatisticsQuery, group_by: ContractGroup | None, one: _Counted, hidden: bool
) -> ContractLine:
    """`group_by` is None for the total, which alone shows others what landed and what was cancelled."""
    shown = {ContractPart.STANDING: not hidden}
    standing, landed = one.counts[ContractPart.STANDING], one.counts[ContractPart.LANDED]
    small = is_small(landed, asked.least) or is_small(standing - landed, asked.least)
    for part, fits in (
        (ContractPart.LANDED, not hidden and not small),
        (ContractPart.CANCELLED, not is_small(one.counts[ContractPart.CANCELLED], asked.least)),
    ):
        shown[part] = not asked.hides or (group_by is None and fits)

    def seen(values: dict[ContractPart, Any], part: ContractPart) -> Any:
        return values[part] if shown[part] else None

    def rows(part: ContractPart) -> str | None:
        key = None if group_by is None else one.key
        return asked.rows("contracts", part=part.value, group_by=group_by, key=key)

    names = named(_VOCABULARIES.get(group_by) if group_by else None, one.key)
    if group_by is None:
        names = {"key": "total", "label_zh": "合计", "label_en": "Total"}
    return ContractLine(
        **names,
        hidden=not all(shown.values()),
        count=seen(one.counts, ContractPart.STANDING),
        deal_amount_wan=seen(one.deals, ContractPart.STANDING),
        technology_amount_wan=seen(one.technology, ContractPart.STANDING),
        landed=seen(one.counts, ContractPart.LANDED),
        landed_deal_wan=seen(one.deals, ContractPart.LANDED),
        landed_technology_wan=seen(one.technology, ContractPart.LANDED),
        cancelled=seen(one.counts, ContractPart.CANCELLED),
        cancelled_deal_wan=seen(one.deals, ContractPart.CANCELLED),
        rows=rows(ContractPart.STANDING),
        landed_rows=rows(ContractPart.LANDED),
        cancelled_rows=rows(ContractPart.CANCELLED),
    )

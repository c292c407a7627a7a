"""The funnel (漏斗): from demands that were gathered to contracts that have landed, with the change to last year."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.clock import JINAN_TIME
from app.engagements.contract_models import Contract, ContractState
from app.engagements.models import Engagement
from app.exchange.columns.cells import Cell
from app.exchange.out.official.sheet import OfficialTable, growth, period, year_before
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand

_IN_FORCE = (ContractState.SIGNED, ContractState.REGISTERED)


def funnel(session: Session, first: date, last: date) -> OfficialTable:
    """Number and amount of each step in a period."""
    before = _figures(session, year_before(first), year_before(last))
    rows: list[list[Cell]] = [
        [place, name, value, unit, earlier, growth(value, earlier)]
        for place, ((name, unit, value), (_, _, earlier)) in enumerate(
            zip(_figures(session, first, last), before, strict=True), 1
        )
    ]
    return OfficialTable(
        title="科技成果转化对接工作进展情况表",
        unit="见“单位”栏",
        as_of=period(first, last),
        header=[
            ("", "序号"),
            ("", "环节"),
            ("本期", "数量"),
            ("本期", "单位"),
            ("上年同期", "数量"),
            ("上年同期", "同比增长（%）"),
        ],
        rows=rows,
        notes=("注：各环节按其发生日期归入统计期间，同一事项的各环节可能不在同一期间。",),
        widths=(8, 30, 14, 10, 14, 14),
    )


def _figures(session: Session, first: date, last: date) -> list[tuple[str, str, Any]]:
    since = datetime.combine(first, time(), JINAN_TIME).astimezone(UTC)
    until = datetime.combine(last + timedelta(days=1), time(), JINAN_TIME).astimezone(UTC)

    def during(column: Any) -> ColumnElement[bool]:
        inside: ColumnElement[bool] = (column >= since) & (column < until)
        return inside

    def number(query: Select[Any]) -> int:
        return session.scalar(select(func.count()).select_from(query.subquery())) or 0

    signed = (Contract.state.in_(_IN_FORCE), Contract.signed_on >= first, Contract.signed_on <= last)
    landed = (Contract.state.in_(_IN_FORCE), Contract.landed_on >= first, Contract.landed_on <= last)
    return [
        ("征集技术需求", "项", number(select(Demand.id).where(during(Demand.created_at)))),
        ("发布技术需求", "项", number(select(Demand.id).where(during(Demand.published_at)))),
        ("发布技术成果", "项", number(select(Achievement.id).where(during(Achievement.published_at)))),
        ("开展供需对接", "次", number(select(Engagement.id).where(during(Engagement.opened_at)))),
        ("双方同意对接", "次", number(select(Engagement.id).where(during(Engagement.agreed_at)))),
        ("签订技术合同", "项", number(select(Contract.id).where(*signed))),
        ("技术合同成交额", "万元", _amount(session, Contract.deal_amount_wan, signed)),
        ("技术交易额", "万元", _amount(session, Contract.technology_amount_wan, signed)),
        ("项目落地", "项", number(select(Contract.id).where(*landed))),
    ]


def _amount(session: Session, column: Any, conditions: tuple[ColumnElement[bool], ...]) -> Decimal:
    return session.scalar(select(func.sum(column)).where(*conditions)) or Decimal(0)

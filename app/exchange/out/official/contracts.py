"""Contracts by technology field and type, and by district, with the change to the same period of last year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.engagements.contract_models import Contract, ContractState
from app.exchange.columns.cells import Cell
from app.exchange.out.official.sheet import OfficialTable, growth, period, year_before, yi
from app.vocabularies import vocabulary

JINAN = "370100"
TYPES = ("development", "assignment", "licence", "consulting", "service")
_TYPE_NAMES = dict(zip(TYPES, ("技术开发", "技术转让", "技术许可", "技术咨询", "技术服务"), strict=True))
_OPEN = ""
Column = InstrumentedAttribute[str | None]


class Flow(StrEnum):
    """Whose region counts: the seller's (输出) or the buyer's (吸纳)."""

    OUTPUT = "output"
    INTAKE = "intake"


@dataclass(slots=True)
class Sum:
    """Number of contracts, deal amount and technology amount in 万元."""

    count: int = 0
    deal: Decimal = Decimal(0)
    technology: Decimal = Decimal(0)

    def add(self, other: "Sum") -> None:
        """Add another sum."""
        self.count += other.count
        self.deal += other.deal
        self.technology += other.technology


@dataclass(slots=True)
class Sums:
    """Sums by key and type of contract."""

    by: dict[tuple[str, str], Sum] = field(default_factory=dict)

    def of(self, keys: Iterable[str] | None = None, types: Iterable[str] = TYPES) -> Sum:
        """The sum over keys (None: all) and types."""
        total, wanted, kinds = Sum(), None if keys is None else set(keys), set(types)
        for (key, kind), one in self.by.items():
            if kind in kinds and (wanted is None or key in wanted):
                total.add(one)
        return total


def by_field(session: Session, first: date, last: date, *, registered: bool) -> OfficialTable:
    """Eleven fields by five types, with the change to last year.

    Args:
        registered: only contracts that are registered, by the day of registration; otherwise also signed ones.
    """
    now, before = _both_years(session, Contract.technology_field, first, last, registered)
    terms = vocabulary("contract_fields")
    names: Mapping[str, str] = {term.code: term.zh for term in terms} | {_OPEN: "未分类"}
    if not any(key == _OPEN for key, _ in (*now.by, *before.by)):
        names = {code: name for code, name in names.items() if code != _OPEN}
    header = [("", "技术领域")]
    header += [("合计", name) for name in _WITH_GROWTH]
    header += [(name, part) for name in _TYPE_NAMES.values() for part in ("项数", "成交额")]
    return OfficialTable(
        title="技术合同按技术领域和合同类型统计表",
        unit="项、万元、%",
        as_of=period(first, last),
        header=header,
        rows=[[name, *_line(now, before, [code])] for code, name in names.items()],
        total=["合计", *_line(now, before, None)],
        notes=(_basis(registered),),
        widths=(26, *([11] * 16)),
    )


def by_district(session: Session, first: date, last: date, *, registered: bool, flow: Flow) -> OfficialTable:
    """The districts of Jinan, ranked by deal amount, with the change to last year."""
    column = Contract.seller_region if flow is Flow.OUTPUT else Contract.buyer_region
    now, before = _both_years(session, column, first, last, registered)
    terms = vocabulary("regions")
    districts = sorted(terms.children(JINAN), key=lambda code: (-now.of([code]).deal, code))
    rows: list[list[Cell]] = [
        [place, terms.label(code), *_ranked(now.of([code]), before.of([code]))]
        for place, code in enumerate(districts, 1)
    ]
    city = now.of([JINAN]), before.of([JINAN])
    if city[0].count or city[1].count:
        rows.append([None, "未分区县", *_ranked(*city)])
    whole = [JINAN, *districts]
    words = "输出（卖方所在区县）" if flow is Flow.OUTPUT else "吸纳（买方所在区县）"
    return OfficialTable(
        title=f"各区县技术合同成交情况排名表·{words}",
        unit="项、亿元、%",
        as_of=period(first, last),
        header=[
            ("", "名次"),
            ("", "区县"),
            *((group, part) for group in _GROUPS for part in (_GROUPS[group], "同比增长（%）")),
        ],
        rows=rows,
        total=[None, "合计", *_ranked(now.of(whole), before.of(whole))],
        notes=(_basis(registered),),
        widths=(8, 16, *([14] * 6)),
    )


_WITH_GROWTH = ("项数", "同比（%）", "成交额", "同比（%）", "技术交易额", "同比（%）")
_GROUPS = {"合同数": "项", "合同成交额": "亿元", "技术交易额": "亿元"}


def _line(now: Sums, before: Sums, keys: list[str] | None) -> list[Cell]:
    whole, last = now.of(keys), before.of(keys)
    cells: list[Cell] = [
        *(whole.count, growth(whole.count, last.count)),
        *(whole.deal, growth(whole.deal, last.deal)),
        *(whole.technology, growth(whole.technology, last.technology)),
    ]
    for kind in TYPES:
        part = now.of(keys, [kind])
        cells += [part.count, part.deal]
    return cells


def _ranked(now: Sum, before: Sum) -> list[Cell]:
    return [
        *(now.count, growth(now.count, before.count)),
        *(yi(now.deal), growth(now.deal, before.deal)),
        *(yi(now.technology), growth(now.technology, before.technology)),
    ]


def _basis(registered: bool) -> str:
    if registered:
        return "注：仅统计已认定登记的技术合同，按登记日期（缺登记日期的按签订日期）归入统计期间；同比为上年同期。"
    return "注：统计已签订和已认定登记的技术合同，按签订日期归入统计期间；同比为上年同期。"


def _both_years(
    session: Session, column: Column, first: date, last: date, registered: bool
) -> tuple[Sums, Sums]:
    return (
        _sums(session, column, first, last, registered),
        _sums(session, column, year_before(first), year_before(last), registered),
    )


def _sums(session: Session, column: Column, first: date, last: date, registered: bool) -> Sums:
    states = [ContractState.REGISTERED] if registered else [ContractState.REGISTERED, ContractState.SIGNED]
    day = func.coalesce(Contract.registered_on, Contract.signed_on) if registered else Contract.signed_on
    query = (
        select(
            column,
            Contract.kind,
            func.count(),
            func.sum(Contract.deal_amount_wan),
            func.sum(Contract.technology_amount_wan),
        )
        .where(Contract.state.in_(states), day >= first, day <= last)
        .group_by(column, Contract.kind)
    )
    kinds = vocabulary("contract_types")
    sums = Sums()
    for key, kind, count, deal, technology in session.execute(query):
        one = sums.by.setdefault((key or _OPEN, kinds.root(kind)), Sum())
        one.add(Sum(count, deal or Decimal(0), technology or Decimal(0)))
    return sums

"""Consistency checks within one contract, as pure functions over its values."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Protocol

from app.errors import FieldError


class Terms(Protocol):
    """The values of a contract that the checks read; None for what is missing, which others refuse."""

    @property
    def deal_amount_wan(self) -> Decimal | None: ...
    @property
    def technology_amount_wan(self) -> Decimal | None: ...
    @property
    def signed_on(self) -> date | None: ...
    @property
    def starts_on(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def registered_on(self) -> date | None: ...
    @property
    def landed_on(self) -> date | None: ...


# (earlier, later): if both days are known, the first must not be after the second.
DATE_ORDER = (
    ("signed_on", "starts_on"),
    ("signed_on", "ends_on"),
    ("starts_on", "ends_on"),
    ("signed_on", "registered_on"),
    ("signed_on", "landed_on"),
)
# Days of past events, as stated by the bureau or the parties.
NOT_IN_FUTURE = ("signed_on", "registered_on", "landed_on")

# A day outside is a typing error: technology contracts exist since 1985, and no right that they grant lasts longer.
EARLIEST = date(1985, 1, 1)
MAX_YEARS_AHEAD = 50
DATES = ("signed_on", "starts_on", "ends_on", "registered_on", "landed_on")

_LABELS = {
    "signed_on": "签订日期",
    "starts_on": "开始日期",
    "ends_on": "结束日期",
    "registered_on": "登记日期",
    "landed_on": "落地日期",
}


def faults_of_terms(
    terms: Terms,
    *,
    payments_wan: Iterable[Decimal],
    payments_due: Iterable[date | None] = (),
    same_party: bool,
    today: date,
) -> list[FieldError]:
    """Every invalid field. `same_party` is whether buyer and seller are one organisation; `today` is the day in Jinan
    time."""
    return [
        *_parties(same_party),
        *_amounts(terms, sum(payments_wan, Decimal(0))),
        *_dates(terms, today),
        *_out_of_range(terms, payments_due, today),
    ]


def _parties(same_party: bool) -> Iterator[FieldError]:
    if same_party:
        yield FieldError(
            "seller_org_id",
            "same_party",
            "买方与卖方不能是同一单位（含同一统一社会信用代码、同一名称及其分支机构）",
            "must not be the same organisation as the buyer, nor have its credit code or name, nor be its branch",
        )


def _amounts(terms: Terms, payments: Decimal) -> Iterator[FieldError]:
    if terms.deal_amount_wan is None:
        return
    if terms.technology_amount_wan is not None and terms.technology_amount_wan > terms.deal_amount_wan:
        yield FieldError(
            "technology_amount_wan",
            "above_deal",
            f"技术交易额不能高于成交额 {terms.deal_amount_wan} 万元",
            f"must not exceed the deal amount of {terms.deal_amount_wan}",
        )
    if payments > terms.deal_amount_wan:
        yield FieldError(
            "payments",
            "above_deal",
            f"各期付款合计 {payments} 万元，高于成交额 {terms.deal_amount_wan} 万元",
            f"add up to {payments} and exceed the deal amount of {terms.deal_amount_wan}",
        )


def _dates(terms: Terms, today: date) -> Iterator[FieldError]:
    for earlier, later in DATE_ORDER:
        first, second = getattr(terms, earlier), getattr(terms, later)
        if first is not None and second is not None and first > second:
            yield FieldError(
                later,
                "date_order",
                f"{_LABELS[later]} {second} 早于{_LABELS[earlier]} {first}",
                f"{second} is earlier than {earlier} {first}",
            )
    for name in NOT_IN_FUTURE:
        day = getattr(terms, name)
        if day is not None and day > today:
            yield FieldError(
                name,
                "future",
                f"{_LABELS[name]}不能晚于今天（{today}）",
                f"must not be in the future; today is {today}",
            )


def _out_of_range(terms: Terms, payments_due: Iterable[date | None], today: date) -> Iterator[FieldError]:
    latest = date(today.year + MAX_YEARS_AHEAD, 12, 31)
    days = [(name, _LABELS[name], getattr(terms, name)) for name in DATES]
    days += [(f"payments.{place}.due_on", "应付日期", due) for place, due in enumerate(payments_due)]
    for name, label, day in days:
        if day is not None and not EARLIEST <= day <= latest:
            yield FieldError(
                name,
                "date_range",
                f"{label} {day} 应在 {EARLIEST} 至 {latest} 之间，请检查年份",
                f"{day} must be between {EARLIEST} and {latest}; check the year",
            )

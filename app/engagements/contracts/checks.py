"""What must hold within one contract, as pure functions over its values."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from app.errors import FieldError, Invalid


class Terms(Protocol):
    """The part of a contract that the checks look at."""

    @property
    def buyer_org_id(self) -> UUID: ...
    @property
    def seller_org_id(self) -> UUID: ...
    @property
    def deal_amount_wan(self) -> Decimal: ...
    @property
    def technology_amount_wan(self) -> Decimal: ...
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


# (earlier, later): where both are known, the first is not after the second.
DATE_ORDER = (
    ("signed_on", "starts_on"),
    ("signed_on", "ends_on"),
    ("starts_on", "ends_on"),
    ("signed_on", "registered_on"),
    ("signed_on", "landed_on"),
)
# What the bureau or the parties say has happened cannot lie ahead.
PAST = ("signed_on", "registered_on", "landed_on")

_LABELS = {
    "signed_on": "签订日期",
    "starts_on": "开始日期",
    "ends_on": "结束日期",
    "registered_on": "登记日期",
    "landed_on": "落地日期",
}


def check_terms(
    terms: Terms, *, payments_wan: Iterable[Decimal], uscc: tuple[str | None, str | None], today: date
) -> None:
    """`uscc` are the buyer's and the seller's credit codes; `today` is the day in Jinan.

    Raises:
        Invalid: names every wrong field.
    """
    errors = [
        *_parties(terms, uscc),
        *_amounts(terms, sum(payments_wan, Decimal(0))),
        *_dates(terms, today),
    ]
    if errors:
        raise Invalid(fields=errors)


def _parties(terms: Terms, uscc: tuple[str | None, str | None]) -> Iterator[FieldError]:
    same_code = uscc[0] is not None and uscc[0] == uscc[1]
    if terms.buyer_org_id == terms.seller_org_id or same_code:
        yield FieldError(
            "seller_org_id",
            "same_party",
            "买方与卖方不能是同一单位(含同一统一社会信用代码)",
            "buyer and seller must not be the same organisation or share a credit code",
        )


def _amounts(terms: Terms, payments: Decimal) -> Iterator[FieldError]:
    if terms.technology_amount_wan > terms.deal_amount_wan:
        yield FieldError(
            "technology_amount_wan",
            "above_deal",
            f"技术交易额不能高于成交额 {terms.deal_amount_wan} 万元",
            f"must not be above the deal amount of {terms.deal_amount_wan}",
        )
    if payments > terms.deal_amount_wan:
        yield FieldError(
            "payments",
            "above_deal",
            f"各期付款合计 {payments} 万元,高于成交额 {terms.deal_amount_wan} 万元",
            f"the payments add up to {payments}, above the deal amount of {terms.deal_amount_wan}",
        )


def _dates(terms: Terms, today: date) -> Iterator[FieldError]:
    for earlier, later in DATE_ORDER:
        first, second = getattr(terms, earlier), getattr(terms, later)
        if first is not None and second is not None and first > second:
            yield FieldError(
                later,
                "date_order",
                f"{_LABELS[later]} {second} 早于{_LABELS[earlier]} {first}",
                f"{second} is before {earlier} {first}",
            )
    for name in PAST:
        day = getattr(terms, name)
        if day is not None and day > today:
            yield FieldError(name, "future", f"{_LABELS[name]}不能晚于今天", "must not lie ahead")

"""The share rule, as properties."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engagements.shares.rule import STEP, WHOLE, check_shares, is_percentage, split_amount
from app.errors import Invalid

percents = st.decimals(min_value=-5, max_value=120, places=3) | st.decimals(
    min_value=Decimal("0.01"), max_value=100, places=2
)


@st.composite
def whole_shares(draw: st.DrawFn) -> list[tuple[int, Decimal]]:
    """1–20 managers whose parts add up to 100: cuts of the 10,000 hundredths."""
    cuts = draw(st.sets(st.integers(1, 9_999), max_size=19))
    bounds = [0, *sorted(cuts), 10_000]
    parts = [Decimal(high - low).scaleb(-2) for low, high in pairwise(bounds)]
    return list(enumerate(draw(st.permutations(parts))))


@given(whole_shares())
def test_parts_of_a_whole_pass(shares: list[tuple[int, Decimal]]) -> None:
    check_shares(shares)


@given(whole_shares(), st.data())
def test_a_hundredth_more_or_less_does_not(shares: list[tuple[int, Decimal]], data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(shares) - 1))
    manager, percent = shares[position]
    for changed in (percent + STEP, percent - STEP):
        with pytest.raises(Invalid):
            check_shares([*shares[:position], (manager, changed), *shares[position + 1 :]])


@given(st.lists(st.tuples(st.integers(0, 4), percents), max_size=25))
def test_whatever_passes_keeps_the_rule(shares: list[tuple[int, Decimal]]) -> None:
    """And shares that keep the rule, stated plainly, pass."""
    managers = [manager for manager, _ in shares]
    holds = (
        0 < len(shares) <= 20
        and len(set(managers)) == len(managers)
        and all(0 < part <= 100 and part == round(part, 2) for _, part in shares)
        and sum(part for _, part in shares) == 100
    )
    if holds:
        check_shares(shares)
    else:
        with pytest.raises(Invalid):
            check_shares(shares)


@given(whole_shares(), st.integers(1, 10**10).map(lambda cents: Decimal(cents).scaleb(-2)))
def test_an_amount_is_split_without_a_rest(shares: list[tuple[int, Decimal]], amount: Decimal) -> None:
    parts = split_amount(amount, dict(shares))
    assert sum(parts.values()) == amount
    for manager, percent in shares:
        exact = amount * percent / WHOLE
        assert abs(parts[manager] - exact) < STEP
        assert parts[manager] % STEP == 0
        assert parts[manager] >= 0


@pytest.mark.parametrize("part", ["0", "-1", "100.01", "0.001", "NaN", "Infinity"])
def test_what_is_no_part(part: str) -> None:
    assert not is_percentage(Decimal(part))

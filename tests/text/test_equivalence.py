"""Which changes of a text, or of a list, say something else."""

from typing import Any

import pytest

from app.text.equivalence import say_the_same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("腐蚀快,需要防护", "腐蚀快，需要防护。"),
        ("腐蚀快, 需要 防护", "腐蝕快；需要防護"),
        ("耐温 5, 6 级", "耐温5,6级"),
        ("厚度 5 mm", "厚度5mm"),
        ("１２００小时", "1200小时"),
        ("“智能”大灯（车用）", "智能大灯车用"),
        (["管道", "防腐"], ["防腐", "管道"]),
        ([{"name": "厚度", "op": "≥", "value": "5"}], [{"value": "5", "op": "≥", "name": "厚度。"}]),
        (None, None),
    ],
)
def test_punctuation_spaces_width_and_order_say_the_same(one: Any, other: Any) -> None:
    assert say_the_same(one, other)
    assert say_the_same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5 mm", "15 mm"),
        ("1:5", "15"),
        ("5, 6 级", "56 级"),
        ("10 20 目", "1020 目"),
        ("-5 ℃", "5 ℃"),
        ("≥5", "≤5"),
        ("10³ Pa", "103 Pa"),
        ("5 mW", "5 MW"),
        ('5"', "5"),
        ("A-1", "A1"),
        (["管道", "管道"], ["管道"]),
        ("管道", ["管道"]),
        (None, ""),
        (True, False),
    ],
)
def test_numbers_signs_and_units_say_something_else(one: Any, other: Any) -> None:
    assert not say_the_same(one, other)
    assert not say_the_same(other, one)

"""Completeness: sums, the order of missing fields, and monotonicity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.libraries.record.enums import RecordKind
from app.libraries.validation.completeness import completeness
from app.libraries.validation.completeness_weights import REQUIRED_TOTAL, RULES

FULL = {
    "indicators": [{"name": "盐雾"}] * 3,
    "keywords": ["打磨", "铸件", "机器人"],
    "track_record": [{"title": "一"}, {"title": "二"}],
}


def value_for(field: str) -> object:
    return FULL.get(field, "足够长的说明文字" * 10)


@pytest.mark.parametrize("kind", list(RecordKind))
def test_weights_sum_to_a_hundred_and_required_to_forty(kind: RecordKind) -> None:
    rules = RULES[kind]
    assert sum(rule.weight for rule in rules) == 100
    assert sum(rule.weight for rule in rules if rule.required) == REQUIRED_TOTAL
    assert len({rule.field for rule in rules}) == len(rules)


@pytest.mark.parametrize("kind", list(RecordKind))
def test_empty_and_full(kind: RecordKind) -> None:
    empty = completeness(kind, {})
    assert empty.score == 0
    assert any(item.required for item in empty.missing)
    assert sum(item.weight for item in empty.missing) == 100
    required = completeness(
        kind, {rule.field: value_for(rule.field) for rule in RULES[kind] if rule.required}
    )
    assert required.score == REQUIRED_TOTAL
    assert not any(item.required for item in required.missing)
    full = completeness(kind, {rule.field: value_for(rule.field) for rule in RULES[kind]})
    assert (full.score, full.missing) == (100, ())


@given(st.sampled_from(list(RecordKind)), st.data())
def test_filling_a_field_adds_what_was_said(kind: RecordKind, data: st.DataObject) -> None:
    fields = [rule.field for rule in RULES[kind]]
    filled = data.draw(st.sets(st.sampled_from(fields)))
    before = completeness(kind, {field: value_for(field) for field in filled})
    for item in before.missing:
        after = completeness(kind, {field: value_for(field) for field in filled | {item.field}})
        assert after.score == before.score + item.weight
    assert before.score + sum(item.weight for item in before.missing) == 100


def test_required_fields_come_first_then_the_heaviest() -> None:
    missing = completeness(RecordKind.DEMAND, {"title": "泵体铸件打磨", "keywords": ["打磨"]}).missing
    assert missing[0].field == "main_problem"
    keys = [(not item.required, -item.weight) for item in missing]
    assert keys == sorted(keys)
    keywords = next(item for item in missing if item.field == "keywords")
    assert keywords.weight == 4
    assert "3" in keywords.why


def test_other_ways_to_fill_a_field() -> None:
    base = completeness(RecordKind.DEMAND, {}).score
    assert completeness(RecordKind.DEMAND, {"budget_min_wan": 5}).score == base + 6
    assert completeness(RecordKind.DEMAND, {"contact_email": "a@example.com"}).score == base + 4
    assert (
        completeness(RecordKind.DEMAND, {"indicators": "盐雾≥1000 h；VOC≤100 g/L；硬度≥60 HRC"}).score
        == base + 14
    )
    assert completeness(RecordKind.DEMAND, {"indicators": "越高越好"}).score == base + 7
    assert completeness(RecordKind.MANAGER, {"years": 0}).score == 6
    assert completeness(RecordKind.MANAGER, {"title": "   ", "regions": []}).score == 0

"""The score of a manager for a pair."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.facts.models import TrackRecord
from app.matching.managers.features import EncodedManager
from app.matching.managers.nearness import region_served
from app.matching.managers.score import LEAST_FIT, ScoredManager, rank_managers
from app.matching.managers.track_records import FIT_FLOOR
from app.matching.ranking.similarity import TextFeatures
from app.matching.text.bm25 import CorpusStats
from tests.matching.ranking.pairs_of_facts import achievement, demand, manager, unit

NO_WORDS = CorpusStats.of([])
TODAY = date(2026, 11, 26)
NEAR, FAR = unit(1, 0.2, 0), unit(0, 0, 1)
WORK = (TrackRecord("铸件打磨机器人许可", "licence"),)


def side(vector: np.ndarray, work: np.ndarray | None = None, **facts: Any) -> EncodedManager:
    rows = np.array([vector] if work is None else [work, vector], np.float32)
    return EncodedManager(manager(**{"expertise": "熟悉铸造行业", **facts}), vector, rows)


def ranked(*managers: EncodedManager, newcomer_share: float = 0.0, **facts: Any) -> list[ScoredManager]:
    text = TextFeatures(unit(1, 0, 0), np.zeros((0, 3), np.float32))
    asking = demand(fields=("80",), region="370112", **facts)
    return rank_managers(
        (asking, text),
        (achievement(fields=("80",)), text),
        managers,
        stats=NO_WORDS,
        today=TODAY,
        newcomer_share=newcomer_share,
    )


def test_similar_work_in_the_region_beats_the_field_alone() -> None:
    good = side(NEAR, NEAR, id="good", fields=("80",), regions=("370100",), track_record=WORK)
    other = side(FAR, FAR, id="other", fields=("80",), regions=("310000",), track_record=WORK)
    best, second = ranked(other, good)
    assert (best.manager_id, second.manager_id) == ("good", "other")
    assert best.best_work == "铸件打磨机器人许可"
    assert any("相近项目" in line for line in best.reasons_zh)
    assert second.best_work is None


def test_a_conflict_is_shown_and_never_recommended() -> None:
    serving: dict[str, Any] = {"fields": ("80",), "regions": ("370100",)}
    conflicted = side(NEAR, NEAR, id="own", affiliations=("seller",), track_record=WORK, **serving)
    free = side(FAR, id="free", **serving)
    first, last = ranked(conflicted, free)
    assert (first.manager_id, last.manager_id) == ("free", "own")
    assert last.score > first.score
    assert not last.recommended
    assert last.conflict is not None
    assert last.conflict.zh in last.reasons_zh


def test_a_full_manager_is_flagged_and_not_recommended() -> None:
    (full,) = ranked(side(NEAR, id="full", capacity=2, open_load=2))
    assert full.full
    assert not full.recommended
    assert "no free place (2 of 2)" in full.reasons_en


def test_a_newcomer_who_fits_is_ranked_above_an_old_hand_who_does_not() -> None:
    newcomer = side(NEAR, id="new", fields=("80",), regions=("370100",))
    old_hand = side(
        FAR, FAR, id="old", regions=("370100",), years=20, certificate="advanced", track_record=WORK
    )
    first, _ = ranked(old_hand, newcomer)
    assert first.manager_id == "new"
    assert first.recommended


def test_load_decides_between_equals() -> None:
    busy = side(NEAR, id="a-busy", open_load=2)
    idle = side(NEAR, id="b-idle", open_load=0)
    assert [one.manager_id for one in ranked(busy, idle)] == ["b-idle", "a-busy"]


def test_a_foreign_language_counts_for_a_cross_border_pair() -> None:
    speaks = side(NEAR, id="b-speaks", languages=("zh", "en"))
    silent = side(NEAR, id="a-silent", languages=("zh",))
    first, second = ranked(silent, speaks, language="en")
    assert first.manager_id == "b-speaks"
    assert "缺少跨境对接所需语言" in second.reasons_zh


def test_contributions_and_base_make_the_score() -> None:
    (only,) = ranked(side(NEAR, id="m"))
    assert 0 < only.score < 1
    assert "text" in only.contributions


def test_the_language_weighs_more_where_the_pair_crosses_a_border() -> None:
    def lead(**facts: Any) -> float:
        speaks = side(NEAR, id="speaks", languages=("zh", "en"))
        silent = side(NEAR, id="silent", languages=("ja",))
        by_id = {one.manager_id: one.contributions["language"] for one in ranked(silent, speaks, **facts)}
        return by_id["speaks"] - by_id["silent"]

    assert lead(language="en") > 2 * lead(language="zh") > 0


def test_who_serves_overseas_is_preferred_for_a_pair_across_the_border_only() -> None:
    abroad = side(NEAR, id="b", regions=("370100", "000000"))
    here = side(NEAR, id="a", regions=("370100",))
    assert [one.manager_id for one in ranked(abroad, here)] == ["a", "b"]
    first, _ = ranked(abroad, here, language="en")
    assert first.manager_id == "b"
    assert "服务境外对接" in first.reasons_zh


def test_answers_and_outcomes_decide_between_equals_and_only_good_ones_are_shown() -> None:
    keen = replace(side(NEAR, id="c-keen"), acceptance=0.2, success=0.2)
    slack = replace(side(NEAR, id="a"), acceptance=-0.2)
    newcomer = side(NEAR, id="b-new")
    first, second, last = ranked(slack, newcomer, keen)
    assert [first.manager_id, second.manager_id, last.manager_id] == ["c-keen", "b-new", "a"]
    assert "接收推送的比例高于平均" in first.reasons_zh
    assert second.reasons_zh == last.reasons_zh


def test_a_tier_and_more_and_later_work_decide_between_equals() -> None:
    plain = side(NEAR, id="a")
    assert ranked(plain, replace(side(NEAR, id="b"), tier="D"))[0].manager_id == "b"
    assert ranked(plain, replace(side(NEAR, id="b"), tier="D"))[0].reasons_zh[-1] == "D 类人才"

    def worked(id_: str, **record: Any) -> EncodedManager:
        return side(NEAR, NEAR, id=id_, track_record=(TrackRecord("打磨机器人", **record),))

    assert ranked(worked("a", year=2016), worked("b", year=2026))[0].manager_id == "b"
    assert (
        ranked(worked("a", amount_wan=Decimal(3)), worked("b", amount_wan=Decimal(300)))[0].manager_id == "b"
    )


def test_a_newcomer_who_fits_stands_in_a_reserved_place_and_says_so() -> None:
    best = replace(
        side(NEAR, NEAR, id="best", fields=("80",), regions=("370100",), track_record=WORK), is_new=False
    )
    fits = side(unit(1, 0.6, 0), id="fits", fields=("80",), regions=("370100",))
    misfit = side(FAR, id="misfit", fields=("10",), regions=("110000",))
    assert [one.manager_id for one in ranked(best, fits, misfit)] == ["best", "fits", "misfit"]
    first, second, third = ranked(best, fits, misfit, newcomer_share=1.0)
    assert (first.manager_id, second.manager_id, third.manager_id) == ("fits", "best", "misfit")
    assert (first.put_forward, second.put_forward, third.put_forward) == (True, False, False)
    assert first.reasons_zh[0] == "新入库技术经理人优先展示"
    assert first.score < second.score


manager_sides = st.builds(
    lambda number, angle, capacity, load, own, is_new: replace(
        side(
            unit(np.cos(angle), np.sin(angle), 0.1),
            id=f"m{number}",
            capacity=capacity,
            open_load=load,
            fields=("80",),
            regions=("370100",),
            affiliations=("seller",) if own else (),
        ),
        is_new=is_new,
    ),
    st.integers(0, 10**6),
    st.floats(0, 3),
    st.integers(0, 3),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
)


@given(
    st.lists(manager_sides, max_size=12, unique_by=lambda one: one.facts.id), st.floats(0, 1), st.integers()
)
def test_nobody_in_conflict_or_full_is_ever_recommended(
    sides: list[EncodedManager], share: float, number: int
) -> None:
    found = ranked(*sides, newcomer_share=share, id=f"d{number}")
    assert sorted(one.manager_id for one in found) == sorted(one.facts.id for one in sides)
    by_id = {one.facts.id: one.facts for one in sides}
    for one in found:
        facts = by_id[one.manager_id]
        free = facts.open_load < facts.capacity and not facts.affiliations
        assert one.recommended == (free and one.score >= LEAST_FIT)
        assert not one.put_forward or (one.recommended and one.is_new and one.score >= FIT_FLOOR)
    # Those who may be recommended stand before all others; beside the newcomers put forward, the order is by score.
    assert [one.recommended for one in found] == sorted((one.recommended for one in found), reverse=True)
    scores = [one.score for one in found if one.recommended and not one.put_forward]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("served", "region", "value"),
    [
        (("370100",), "370112", 1.0),
        (("370000",), "370200", 1.0),
        (("370102",), "370112", 0.5),
        (("370200",), "370112", 0.25),
        (("110000",), "370112", 0.0),
        (("000000",), "370112", 0.0),
        ((), "370112", 0.5),
    ],
)
def test_region_served(served: tuple[str, ...], region: str, value: float) -> None:
    assert region_served(served, region) == value

from typing import Any

import numpy as np
import pytest

from app.matching.facts import TrackRecord
from app.matching.managers import ManagerSide, ScoredManager, rank_managers, region_served
from app.matching.signals import TextSide, Usual
from tests.matching.pairs_of_facts import achievement, demand, manager, unit

NOTHING_USUAL = Usual.of(np.zeros((0, 3), np.float32), [])
NEAR, FAR = unit(1, 0.2, 0), unit(0, 0, 1)
WORK = (TrackRecord("铸件打磨机器人许可", "licence"),)


def side(vector: np.ndarray, work: np.ndarray | None = None, **facts: Any) -> ManagerSide:
    rows = np.array([vector] if work is None else [work, vector], np.float32)
    return ManagerSide(manager(**{"expertise": "熟悉铸造行业", **facts}), vector, rows)


def ranked(*managers: ManagerSide, **facts: Any) -> list[ScoredManager]:
    text = TextSide(unit(1, 0, 0), np.zeros((0, 3), np.float32))
    asking = demand(fields=("80",), region="370112", **facts)
    return rank_managers(
        (asking, text),
        (achievement(fields=("80",)), text),
        managers,
        demands=NOTHING_USUAL,
        achievements=NOTHING_USUAL,
        managers_usual=NOTHING_USUAL,
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
    conflicted = side(NEAR, NEAR, id="own", affiliations=("seller",), track_record=WORK)
    free = side(FAR, id="free")
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

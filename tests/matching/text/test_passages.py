"""Texts cut into passages for embedding."""

from hypothesis import given
from hypothesis import strategies as st

from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts, TrackRecord
from app.matching.text.passages import (
    MAX_SENTENCES,
    content_hash,
    sentences,
    split_sentences,
    whole_text,
)


def test_sentences_end_at_chinese_and_english_marks_but_not_inside_numbers() -> None:
    text = "压力0.4 MPa，合格。能做吗？The pump runs at 3.5 GHz. It is new; done"
    assert split_sentences(text) == [
        "压力0.4 MPa，合格。",
        "能做吗？",
        "The pump runs at 3.5 GHz.",
        "It is new;",
        "done",
    ]


def test_a_latin_full_stop_after_chinese_ends_a_sentence() -> None:
    text = "用消去法建立了关系(SOS).结果表明误差为0.4%,响应较快.粒径约3.5 nm"
    assert split_sentences(text) == ["用消去法建立了关系(SOS).结果表明误差为0.4%,响应较快.", "粒径约3.5 nm"]
    assert split_sentences("方法(见图)。结果(见表).结论") == ["方法(见图)。", "结果(见表).", "结论"]


def test_a_long_sentence_is_cut_at_commas() -> None:
    pieces = split_sentences("，".join(["这是一个比较长的分句用来测试切分"] * 20) + "。")
    assert len(pieces) > 1
    assert all(len(piece) <= 120 for piece in pieces)


@given(st.text(alphabet="甲乙丙，。；a. \n", max_size=400))
def test_splitting_loses_nothing_but_white_space(text: str) -> None:
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())


def test_the_title_comes_first_and_the_number_is_bounded() -> None:
    found = sentences(
        DemandFacts(id="d", title="泵体铸件打磨", problem="。".join(f"第{n}个问题" for n in range(30)))
    )
    assert found[0] == "泵体铸件打磨"
    assert len(found) == MAX_SENTENCES


def test_a_manager_has_one_sentence_per_brokered_work() -> None:
    facts = ManagerFacts(
        id="m", expertise="懂铸造，也懂机器人。", track_record=(TrackRecord("机器人打磨许可"),)
    )
    assert sentences(facts) == ["机器人打磨许可", "懂铸造，也懂机器人。"]


def test_whole_text_holds_neither_owner_nor_empty_parts() -> None:
    facts = AchievementFacts(
        id="a", title="打磨系统", summary="免示教", owner_org="某大学", keywords=("力控",)
    )
    assert whole_text(facts) == "打磨系统\n免示教\n力控"


def test_hash_tells_model_prompt_and_text_apart() -> None:
    hashes = {
        content_hash("m", "query: ", "x"),
        content_hash("m", "passage: ", "x"),
        content_hash("mq", "uery: ", "x"),
    }
    assert len(hashes) == 3

"""BM25 scores against the formula."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.text.bm25 import K1, B, CorpusStats, LexicalQuery, bm25, words

BAGS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 5), min_size=1)


def test_words_keep_grades_and_numbers_with_their_units() -> None:
    found = words("球铁件 QT400-18，最厚处220 mm，0.4 MPa，300 mg/m³，98.5%，一种方法")
    assert {"qt400-18", "220mm", "0.4mpa", "300mg/m3", "98.5%", "方法"} <= set(found)
    assert "一种" not in found


def test_full_width_and_case_make_no_difference() -> None:
    assert words("ＰＬＣ控制器") == words("plc控制器")


def test_long_words_bring_their_parts() -> None:
    assert {"机器", "视觉"} <= set(words("机器视觉"))


def test_bm25_agrees_with_its_formula_by_hand() -> None:
    documents = [Counter("aab"), Counter("bc")]
    stats = CorpusStats.of(documents)
    idf = 0.6931471805599453  # ln(1 + (2 − 1 + 0.5) / (1 + 0.5)): "a" is in one of two
    expected = idf * 2 * (K1 + 1) / (2 + K1 * (1 - B + B * 3 / 2.5))
    assert bm25(["a"], documents, stats) == pytest.approx([expected, 0.0])


@given(query=BAGS, document=BAGS, word=st.sampled_from("abcdefgh"))
def test_sharing_one_more_word_of_the_query_never_lowers_the_score(
    query: dict[str, int], document: dict[str, int], word: str
) -> None:
    stats = CorpusStats.of([Counter("abcd"), Counter("efgh"), document])
    lexical = LexicalQuery.of({**query, word: 1}, stats)
    more = {**document, word: document.get(word, 0) + 1}
    length = sum(document.values())
    assert lexical.normalised(more, length) >= lexical.normalised(document, length)


@given(query=BAGS, document=BAGS)
def test_normalised_score_stays_within_one(query: dict[str, int], document: dict[str, int]) -> None:
    stats = CorpusStats.of([document, query])
    assert 0.0 <= LexicalQuery.of(query, stats).normalised(document) <= 1.0


def test_an_empty_corpus_scores_nothing() -> None:
    assert bm25(["a"], [Counter()], CorpusStats.of([])) == [0.0]

"""The index of words in memory, against BM25 counted document by document."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.matching.index.words.postings import InvertedIndex
from app.matching.text.bm25 import CorpusStats, LexicalQuery

# Common and rare words, as in a text: the first is in nearly every document.
WORDS = [f"词{number}" for number in range(40)]

Batch = tuple[list[str], bool, NDArray[np.bool_]]
"""Documents, whether more follow at once, and which slots go afterwards."""


@st.composite
def histories(draw: st.DrawFn) -> list[Batch]:
    """Batches of documents; after each some documents that go."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    chances = 1.0 / np.arange(1, len(WORDS) + 1)
    batches = []
    for size in draw(st.lists(st.integers(1, 30), min_size=1, max_size=8)):
        lengths = rng.integers(0, 30, size)
        documents = [" ".join(rng.choice(WORDS, length, p=chances / chances.sum())) for length in lengths]
        batches.append((documents, draw(st.booleans()), rng.random(200) < 0.1))
    return batches


@given(
    history=histories(),
    queries=st.lists(
        st.lists(st.sampled_from([*WORDS, "没有"]), min_size=1, max_size=25), min_size=1, max_size=4
    ),
    k=st.integers(1, 12),
    share=st.sampled_from([0.05, 0.5, 1.0]),
)
@settings(max_examples=60, deadline=None)
def test_the_best_are_those_of_brute_force(
    history: list[Batch], queries: list[list[str]], k: int, share: float
) -> None:
    index = InvertedIndex()
    documents: dict[int, Counter[str]] = {}
    for batch, more_to_come, goes in history:
        first = len(index)
        index.add(batch, more_to_come=more_to_come)
        documents |= {first + place: Counter(text.split()) for place, text in enumerate(batch)}
        gone = [slot for slot in documents if goes[slot % 200]]
        index.take_out(gone)
        for slot in gone:
            del documents[slot]
    exact = CorpusStats.of(documents.values())
    found = index.all_statistics()
    assert (found.n_docs, found.avgdl, found.df) == (exact.n_docs, pytest.approx(exact.avgdl), exact.df)
    allowed = index.present & (np.random.default_rng(k).random(len(index)) < share)
    for words in queries:
        weights = {word: times * exact.idf(word) for word, times in Counter(words).items()}
        slots, scores = index.best(weights, exact, k, allowed)
        by_hand = LexicalQuery(weights, 1.0, exact)
        present = np.array(sorted(documents), np.int32)
        # To the last bit: a pair's score must not depend on whose words were counted where.
        assert index.scores(Counter(words), exact, present).tolist() == [
            by_hand.score(documents[slot]) for slot in present.tolist()
        ]
        wanted = {slot: by_hand.score(counts) for slot, counts in documents.items() if allowed[slot]}
        best = sorted((score for score in wanted.values() if score > 0), reverse=True)[:k]
        np.testing.assert_allclose(sorted(scores, reverse=True)[:k], best, rtol=1e-9)
        assert {slot: pytest.approx(wanted[slot]) for slot in slots.tolist()} == dict(
            zip(slots.tolist(), scores.tolist(), strict=True)
        )


def test_of_equals_at_the_last_place_all_are_answered() -> None:
    index = InvertedIndex()
    index.add([f"常见 稀有{number % 50}" for number in range(3000)])
    stats = index.all_statistics()
    weights = {word: stats.idf(word) for word in ("常见", "稀有7")}
    slots, scores = index.best(weights, stats, 5, index.present)
    # The sixty with the rare word: nothing tells them apart.
    assert sorted(slots.tolist()) == list(range(7, 3000, 50))
    assert len(set(scores.tolist())) == 1


def test_a_word_that_occurs_very_often_and_an_empty_document_are_counted() -> None:
    index = InvertedIndex()
    index.add(["泵 " * 300, "", "泵"])
    stats = index.statistics(["泵", "阀"])
    assert (stats.n_docs, stats.avgdl, stats.df) == (3, pytest.approx(301 / 3), {"泵": 2, "阀": 0})
    slots, scores = index.best({"泵": 1.0}, stats, 2, index.present)
    assert dict(zip(slots.tolist(), scores.tolist(), strict=True)) == {
        0: pytest.approx(LexicalQuery({"泵": 1.0}, 1.0, stats).score({"泵": 300})),
        2: pytest.approx(LexicalQuery({"泵": 1.0}, 1.0, stats).score({"泵": 1})),
    }

"""What a signal and its reason are taken to say."""

import pytest

from app.matching.feedback.labels import Polarity, signal_table
from app.matching.ranking.features.catalogue import FEATURE_BY_NAME
from app.vocabularies import vocabulary, vocabulary_names

REASONED = ("decline_reasons", "engagement_end_reasons", "match_report_categories")


def test_every_reason_that_people_can_give_is_in_the_table() -> None:
    known = signal_table().reasons
    codes = {code for name in REASONED if name in vocabulary_names() for code in vocabulary(name).codes}
    assert codes <= set(known)


def test_reasons_about_terms_name_features_that_there_are() -> None:
    for says, names in signal_table().reasons.values():
        assert (says is Polarity.TERMS) == bool(names)
        assert not names or names & set(FEATURE_BY_NAME)


@pytest.mark.parametrize(
    ("reason", "value", "features"),
    [("outside_need", 0.0, None), (None, 0.0, None), ("price", 0.0, {"price"}), ("too_early", 0.0, {"trl"})],
)
def test_a_refusal_speaks_of_the_topic_or_of_the_terms_that_failed(
    reason: str | None, value: float, features: set[str] | None
) -> None:
    evidence = signal_table().evidence("declined", reason)
    assert evidence is not None
    assert (evidence.value, evidence.features) == (value, features)


@pytest.mark.parametrize("reason", ["already_known", "capacity", "a_reason_of_tomorrow"])
def test_some_reasons_say_nothing_of_the_pair(reason: str) -> None:
    assert signal_table().evidence("declined", reason) is None


def test_a_contract_says_most_and_silence_least() -> None:
    signals = signal_table().signals
    positive = [name for name, one in signals.items() if one.value >= 0.5]
    by_weight = sorted(positive, key=lambda name: signals[name].weight)
    assert by_weight[-2:] == ["contract_signed", "contract_landed"]
    assert min(signals.values(), key=lambda one: one.stage) is signals["unanswered"]

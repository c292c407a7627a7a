"""Where the sentences that correspond stand in the fields that the reader sees."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

DEMAND_TEXTS = ("title", "main_problem", "scenario", "key_technology", "expected_goal")
ACHIEVEMENT_TEXTS = ("title", "summary", "advantages", "innovations", "problem_solved", "scenarios")
"""Fields in the order in which sentences are taken from them."""


def located(
    reasons: Mapping[str, Any], demand: Mapping[str, Any], achievement: Mapping[str, Any]
) -> dict[str, Any]:
    """The reasons, each pair of sentences with its places: `demand_field`, `demand_span`, and the same of the
    achievement. A span is start and end in characters of the field.

    Both are None for a sentence that does not stand in a shown field as it is, such as one from which a name was
    removed. `demand` and `achievement` hold only the fields that the reader may see.
    """
    sentences = [
        dict(met)
        | _place("demand", met["demand"], demand, DEMAND_TEXTS)
        | _place("achievement", met["achievement"], achievement, ACHIEVEMENT_TEXTS)
        for met in reasons.get("sentences", ())
    ]
    return dict(reasons) | {"sentences": sentences}


def _place(side: str, sentence: str, record: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    for name, text in _texts(record, fields):
        start = text.find(sentence) if sentence else -1
        if start >= 0:
            return {f"{side}_field": name, f"{side}_span": [start, start + len(sentence)]}
    return {f"{side}_field": None, f"{side}_span": None}


def _texts(record: Mapping[str, Any], fields: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names and texts; of a list each entry, as `innovations.0`."""
    for name in fields:
        value = record.get(name)
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, list):
            yield from ((f"{name}.{place}", entry) for place, entry in enumerate(value))

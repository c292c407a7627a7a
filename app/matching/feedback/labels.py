"""Labels: what a signal and its reason say about a pair, from the table in ``data/labels.json``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from app.matching.ranking.features.catalogue import FEATURE_BY_NAME

UNANSWERED = "unanswered"


class Polarity(StrEnum):
    TOPIC = "topic"
    TERMS = "terms"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class SignalValue:
    """`value` (0–1) is the probability of relevance, `weight` the number of plain answers that it counts as.

    With `features`, it concerns only these; the weights of the others do not change.
    """

    value: float
    weight: float
    stage: int
    features: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class SignalTable:
    signals: Mapping[str, SignalValue]
    reasons: Mapping[str, tuple[Polarity, frozenset[str]]]

    def evidence(self, signal: str, reason: str | None) -> SignalValue | None:
        """The value of a signal; None if it says nothing.

        A reason matters only for a signal against the pair. An unknown reason says nothing: it may have been capacity
        as well as the topic.
        """
        plain = self.signals[signal]
        if reason is None or plain.value >= 0.5:
            return plain
        says, names = self.reasons.get(reason, (Polarity.NOTHING, frozenset()))
        if says is Polarity.TOPIC:
            return plain
        known = frozenset(name for name in names if name in FEATURE_BY_NAME)
        if says is Polarity.NOTHING or not known:
            return None
        return SignalValue(0.0, plain.weight, plain.stage, known)


@cache
def signal_table() -> SignalTable:
    file = resources.files(__package__) / "data" / "labels.json"
    rows = json.loads(file.read_text(encoding="utf-8"))
    return SignalTable(
        signals={
            name: SignalValue(float(row["value"]), float(row["weight"]), int(row["stage"]))
            for name, row in rows["signals"].items()
        },
        reasons={
            code: (Polarity(row["says"]), frozenset(row.get("features", ())))
            for code, row in rows["reasons"].items()
        },
    )

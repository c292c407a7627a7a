"""What a signal and its reason say about a pair: the table in ``data/signals.json``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from app.matching.ranking.features import FEATURE_BY_NAME

UNANSWERED = "unanswered"


class Polarity(StrEnum):
    TOPIC = "topic"
    TERMS = "terms"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class SignalValue:
    """`value` (0–1) is how likely the pair is relevant, `weight` how many plain answers that counts as.

    With `features` it speaks about these alone: the others keep what they weigh.
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
        """What the signal says, None where it says nothing.

        A reason matters only to a signal that speaks against the pair. One that the table does not know says nothing:
        it may have been capacity as well as the topic.
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

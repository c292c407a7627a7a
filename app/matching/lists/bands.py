"""Bands of scores: the words with which people read a score of 0–1."""

from enum import Enum

CLOSE = 0.8
"""From this score on a match is called close, if it is good at all."""

_LEAST_READ, _MOST_READ = 0.005, 0.99


class Band(Enum):
    """A band with its words in Chinese and English."""

    CLOSE = ("高度匹配", "close match")
    FAIR = ("较为匹配", "fair match")
    WEAK = ("关联较弱", "weakly related")

    @property
    def zh(self) -> str:
        return self.value[0]

    @property
    def en(self) -> str:
        return self.value[1]


def shown_score(score: float, *, threshold: float, exact: bool) -> float:
    """The score as a reader may see it. Who sees the other record at level 0 reads in steps: 0, the threshold and
    `CLOSE`. Exact scores would measure, text by text, what that level hides.
    """
    if exact:
        return score
    if score < threshold:
        return 0.0
    return max(CLOSE, threshold) if score >= CLOSE else threshold


def written_score(score: float) -> str:
    """The score with two decimals, as people read it: at most 0.99, because no match is certain."""
    return f"{min(score, _MOST_READ):.2f}"


def reads_as_nothing(score: float, *, good: bool) -> bool:
    """Whether the score would read 0.00, as if that were an answer: such a record is left out."""
    return not good and score < _LEAST_READ


def band_of(score: float, *, good: bool) -> Band:
    """The band of a score; `good` says whether it reaches the threshold."""
    if not good:
        return Band.WEAK
    return Band.CLOSE if score >= CLOSE else Band.FAIR

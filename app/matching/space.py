"""The background of a vector space: what is usual for its vectors, estimated once and shipped with the package.

A vector of a text shares an offset with all texts of its language and kind, and some records are near everything
(hubs). Both are measured against a fixed background and not against the store, so that what others publish does not
move the score of a pair.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Side = Literal["query", "passage", "profile"]

# Chinese characters, kana and hangul: one unit each. Words of other scripts: two units each.
_CHARACTERS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORDS = re.compile(r"[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")

SIDES: tuple[Side, ...] = ("query", "passage", "profile")
# Share of the text model in an inner product of records; the rest is the aligned encoder's.
TEXT_SHARE = 0.7
# Number of nearest neighbours in the background, for hubness of achievements and generality of demands.
HUB_NEAREST = 3
GENERAL_NEAREST = 5
HUB_TEXT_SHARE = 0.6
# A demand of few words moves towards what the nearest demands of the background have in common: half as long a step as
# the demand itself at no word, none from so many units on.
EXPANDED_BY = 10
EXPANSION = 0.5
ENOUGH_UNITS = 40
# Sharpness of the border between a catalogue's entries and other texts.
ENTRY_SLOPE = 2.0
# Values of an unknown record: the means over the records used for tuning.
NEUTRAL_HUBNESS = 0.3
NEUTRAL_GENERALITY = 0.3


@dataclass(frozen=True, slots=True)
class VectorTraits:
    """What a record's vector says of the record alone.

    `hubness` of an achievement is its mean cosine with the nearest demands of the background, `generality` of a demand
    its mean cosine with the nearest achievements. `solution` (a logit) says whether an achievement reads like a remedy
    rather than like something about the topic: a detector, a system that manages, a neighbouring process.
    """

    hubness: float = NEUTRAL_HUBNESS
    generality: float = NEUTRAL_GENERALITY
    solution: float = 0.0


@dataclass(frozen=True)
class Background:
    """Means and background vectors of a pair of encoders.

    `text_means` [d] by (side, language), with "" for any other language, and `aligned_means` [e] by side. `demands` and
    `achievements` are joint vectors [n, d + e]. `solution` and `entry` [d + e + 1] are the weights of logistic models
    and their intercepts: whether an achievement is a remedy, and whether its text is a catalogue's entry at all. What
    was learned from entries says nothing of texts in another manner, such as abstracts of papers.
    """

    text_means: Mapping[tuple[Side, str], Floats]
    aligned_means: Mapping[Side, Floats]
    demands: Floats
    achievements: Floats
    solution: Floats
    entry: Floats

    def joint(self, side: Side, text: Floats, languages: list[str], aligned: Floats) -> Floats:
        """The joint vectors of records: both parts centred and of fixed length."""
        means = np.stack([self._text_mean(side, language) for language in languages])
        return join(unit(text - means), self.centred_aligned(side, aligned))

    def centred_aligned(self, side: Side, aligned: Floats) -> Floats:
        return unit(aligned - self.aligned_means[side])

    def expanded(self, demands: Floats, texts: Sequence[str]) -> Floats:
        """Joint vectors of demands, those of short texts moved towards the nearest demands of the background.

        A line names a thing; the demands that speak of it say what is wrong with it, as achievements do.
        """
        steps = np.array(
            [EXPANSION * max(0.0, 1 - units_of(text) / ENOUGH_UNITS) for text in texts], np.float32
        )
        short = np.flatnonzero(steps)
        if not len(short):
            return demands
        own, others = split(demands[short], self._dimension), self._demand_parts
        # Row by row: a demand's vector does not depend on those that are embedded with it.
        cosines = np.stack(
            [
                HUB_TEXT_SHARE * (others[0] @ text) + (1 - HUB_TEXT_SHARE) * (others[1] @ aligned)
                for text, aligned in zip(*own, strict=True)
            ]
        )
        near = np.argsort(-cosines, axis=1)[:, :EXPANDED_BY]
        weights = np.maximum(np.take_along_axis(cosines, near, axis=1), 0.0)
        moved = [
            unit(mine + steps[short, None] * unit(np.einsum("ik,ikd->id", weights, theirs[near])))
            for mine, theirs in zip(own, others, strict=True)
        ]
        result = demands.copy()
        result[short] = join(*moved)
        return result

    def vector_traits(self, side: Side, vectors: Floats) -> list[VectorTraits]:
        """Hubness, generality and solution of joint vectors, rounded so that they survive storage as JSON."""
        if side == "passage":
            hubness = self._nearness(vectors, self._demand_parts, HUB_NEAREST, HUB_TEXT_SHARE)
            rows = solution_rows(vectors, self._dimension)
            is_entry = 1.0 / (1.0 + np.exp(-ENTRY_SLOPE * _logits(rows, self.entry)))
            logits = _logits(rows, self.solution) * is_entry
            return [
                VectorTraits(hubness=round(float(hub), 4), solution=round(float(logit), 4))
                for hub, logit in zip(hubness, logits, strict=True)
            ]
        if side == "query":
            general = self._nearness(vectors, self._achievement_parts, GENERAL_NEAREST, 0.5)
            return [VectorTraits(generality=round(float(one), 4)) for one in general]
        return [VectorTraits() for _ in vectors]

    def _nearness(
        self, vectors: Floats, others: tuple[Floats, Floats], count: int, text_share: float
    ) -> Floats:
        """Mean cosine with the nearest of `others`, in each of the two spaces, mixed by `text_share`."""
        text, aligned = split(vectors, self._dimension)
        other_text, other_aligned = others
        return text_share * _nearest(text @ other_text.T, count) + (1.0 - text_share) * _nearest(
            aligned @ other_aligned.T, count
        )

    def _text_mean(self, side: Side, language: str) -> Floats:
        known = self.text_means.get((side, language))
        return self.text_means[side, ""] if known is None else known

    @cached_property
    def _demand_parts(self) -> tuple[Floats, Floats]:
        return split(self.demands, self._dimension)

    @cached_property
    def _achievement_parts(self) -> tuple[Floats, Floats]:
        return split(self.achievements, self._dimension)

    @property
    def _dimension(self) -> int:
        """Of the aligned space."""
        return len(self.aligned_means["query"])


def language_of(text: str) -> str:
    """`zh` if a fifth of the letters are Chinese and none is Japanese kana, `en` if most are Latin, else ""."""
    letters = [char for char in text if char.isalpha()]
    if not letters or any("\u3040" <= char <= "\u30ff" for char in letters):
        return ""
    if sum("\u3400" <= char <= "\u9fff" for char in letters) * 5 >= len(letters):
        return "zh"
    return "en" if sum(char < "\u0250" for char in letters) * 2 > len(letters) else ""


def units_of(text: str) -> int:
    """The length of a text: a Chinese character is one unit, a word of a script with spaces two."""
    return len(_CHARACTERS.findall(text)) + 2 * len(_WORDS.findall(text))


def join(text: Floats, aligned: Floats) -> Floats:
    """Joint vectors of length 1; their inner product is the weighted mean of the two cosines."""
    return np.hstack([np.sqrt(TEXT_SHARE) * text, np.sqrt(1.0 - TEXT_SHARE) * aligned]).astype(np.float32)


def split(vectors: Floats, aligned: int) -> tuple[Floats, Floats]:
    """The two parts [n, d] and [n, aligned] of joint vectors [n, d + aligned], each of length 1.

    Vectors of a single space are their own text part and their own aligned part.
    """
    if vectors.shape[-1] == aligned:
        return vectors, vectors
    return unit(vectors[..., :-aligned]), unit(vectors[..., -aligned:])


def solution_rows(vectors: Floats, aligned: int) -> Floats:
    """Joint vectors as the logistic model of `solution` reads them."""
    return np.hstack(split(vectors, aligned))


def unit(rows: Floats) -> Floats:
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-9), dtype=np.float32)


def _nearest(cosines: Floats, count: int) -> Floats:
    count = min(count, cosines.shape[1])
    return np.asarray(np.partition(cosines, -count, axis=1)[:, -count:].mean(axis=1), np.float32)


def _logits(rows: Floats, weights: Floats) -> Floats:
    return np.asarray(rows @ weights[:-1] + weights[-1], np.float32)

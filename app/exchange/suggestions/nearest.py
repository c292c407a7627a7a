"""The entries of a vocabulary that are nearest to a text, with their scores."""

from collections.abc import Iterator

import numpy as np

from app.exchange.suggestions.suggestion import Suggestion, TextSpan
from app.matching.embedding.embedder import Embedder, Floats
from app.vocabularies import vocabulary

BEST = 3
_NAMES = {"fields": "hightech_fields", "industries": "industries"}


def nearest(text: str, embedder: Embedder, *, given: frozenset[str] = frozenset()) -> Iterator[Suggestion]:
    """The best entries for fields and industries, best first, unless the text states them itself.

    Args:
        given: fields that need no suggestion.
    """
    wanted = [name for name in _NAMES if name not in given]
    if not wanted or not text.strip():
        return
    vector = embedder.embed_queries([text[:2000]])[0]
    place = TextSpan(0, len(text)).place(text)
    for name in wanted:
        terms = vocabulary(_NAMES[name])
        codes, rows = _entries(_NAMES[name], embedder)
        scores = rows @ vector
        for index in np.argsort(-scores)[:BEST]:
            code = codes[int(index)]
            yield Suggestion(
                field=name,
                value=[code],
                label=terms.label(code),
                score=round(float(scores[index]), 4),
                how="nearest",
                place=place,
            )


_known: dict[tuple[str, str], tuple[tuple[str, ...], Floats]] = {}


def _entries(name: str, embedder: Embedder) -> tuple[tuple[str, ...], Floats]:
    """Codes of the lowest level of a vocabulary and their vectors, which are kept for each model."""
    key = name, embedder.model_id
    if key in _known:
        return _known[key]
    terms = vocabulary(name)
    codes = tuple(term.code for term in terms if not terms.children(term.code))
    texts = ["，".join((terms.label(code), *terms.term(code).aliases[:4])) for code in codes]
    _known[key] = codes, embedder.embed_passages(texts)
    return _known[key]

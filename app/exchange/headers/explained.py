"""What a person has said of a sender's lists: the meaning of their headers, and which kind of record they hold."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.exchange.headers.dictionary import Kind, fold


class Explained(dict[str, str]):
    """Folded header → field; an empty field leaves the column out.

    Attributes:
        kinds: folded header → the kind of the list in which it was explained.
        kind: what somebody says that this file holds, where its headers do not tell.
    """

    def __init__(
        self,
        fields: Mapping[str, str] | None = None,
        kinds: Mapping[str, Kind] | None = None,
        kind: Kind | None = None,
    ) -> None:
        super().__init__(fields or {})
        self.kinds = dict(kinds or {})
        self.kind = kind


@dataclass(frozen=True, slots=True)
class SaidKind:
    """What a person said that a list with some of these headers holds. `decides`: with most of them."""

    kind: Kind
    decides: bool


def said_kind(headers: Collection[str], learnt: Mapping[str, str] | None) -> SaidKind | None:
    """The kind of the lists in which these headers were explained; None if none was, or as many for another kind."""
    if not isinstance(learnt, Explained):
        return None
    counts = Counter(kind for text in headers if (kind := learnt.kinds.get(fold(text))) is not None)
    first = counts.most_common(2)
    if not first or (len(first) == 2 and first[0][1] == first[1][1]):
        return None
    return SaidKind(first[0][0], 2 * first[0][1] >= len(headers))

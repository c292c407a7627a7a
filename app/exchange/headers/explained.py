"""What a person has said of a sender's lists: the meaning of their headers, and which kind of record they hold."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.exchange.headers.dictionary import Kind, key_of


class Explained(dict[str, str]):
    """Folded header → field; an empty field leaves the column out.

    Attributes:
        kinds: folded header → the kind of the list in which it was explained.
        unsaid: folded header → the kind of the list in which it stood when that was all that somebody said.
        kind: what somebody says that this file holds, where its headers do not tell.
    """

    def __init__(
        self,
        fields: Mapping[str, str] | None = None,
        kinds: Mapping[str, Kind] | None = None,
        kind: Kind | None = None,
        unsaid: Mapping[str, Kind] | None = None,
    ) -> None:
        super().__init__(fields or {})
        self.kinds = dict(kinds or {})
        self.unsaid = dict(unsaid or {})
        self.kind = kind


class Saying(StrEnum):
    """How much what was said of earlier lists says of this one."""

    EXPLAINED = "explained"
    """Most of its columns were explained in lists of the kind."""
    NAMED = "named"
    """Nearly all of its columns stood in a list of which only the kind was said."""
    PARTLY = "partly"
    """Some of its columns did; it may well be another list."""


@dataclass(frozen=True, slots=True)
class SaidKind:
    """What a person said that lists with these headers hold."""

    kind: Kind
    saying: Saying


NEARLY_ALL = 0.8
"""Share of a list's columns."""


def said_kind(headers: Collection[str], learnt: Mapping[str, str] | None) -> SaidKind | None:
    """The kind of the lists in which these headers were explained; None if none was, or as many for another kind."""
    if not isinstance(learnt, Explained):
        return None
    folded = [key_of(text) for text in headers]
    explained = _most(learnt.kinds[one] for one in folded if one in learnt.kinds)
    known = learnt.unsaid | learnt.kinds
    named = _most(known[one] for one in folded if one in known)
    if explained is not None and 2 * explained[1] >= len(folded):
        return SaidKind(explained[0], Saying.EXPLAINED)
    if named is None:
        return None
    return SaidKind(named[0], Saying.NAMED if named[1] >= NEARLY_ALL * len(folded) else Saying.PARTLY)


def _most(kinds: Iterable[Kind]) -> tuple[Kind, int] | None:
    """The most frequent kind with its count; None if there is none, or another one as often."""
    first = Counter(kinds).most_common(2)
    if not first or (len(first) == 2 and first[0][1] == first[1][1]):
        return None
    return first[0]

"""What a person must say of a table or form: which kind of record it holds, and what its columns mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.exchange.headers.contents import Look, looks_of
from app.exchange.headers.dictionary import Kind, Meaning, fold, key_of, meaning, own_wordings, unit_of
from app.exchange.headers.explained import Explained, Saying, said_kind
from app.exchange.headers.likeness import likeness
from app.exchange.headers.proposals import (
    LikelyKind,
    Proposal,
    SeenColumn,
    assigned,
    contradicts,
    is_private,
    kinds_of,
    proposals_of,
    sure_kind,
)
from app.exchange.headers.subject import kind_of
from app.exchange.layout.raw import text_of
from app.exchange.values.contacts import without_identity_numbers
from app.exchange.values.readings import is_empty_word
from app.exchange.values.secrecy import is_secret_mark, is_secret_name

PEEKED = 40
"""Rows of a table that are looked at before it is said what its columns mean."""
MAX_SAMPLES = 3
MAX_SAMPLE = 40
MAX_COLUMNS = 60
FIRM = 0.6
"""From this score a column is read although the dictionary knows the kind of the list and not this column."""
_SPEAKING = frozenset({Look.PHONE, Look.EMAIL, Look.PATENT, Look.CREDIT_CODE, Look.CONTRACT_NUMBER})


@dataclass(frozen=True, slots=True)
class OpenColumn:
    """A column and what it may mean.

    Attributes:
        key: its letters, or the label or key itself.
        field: as it is read; None if it is not.
        how: `known` by the dictionary or the sender, `guessed` (its values wait for a yes), or empty.
        samples: some of its values; none of a column that is never read.
        proposals: for each kind the likeliest fields.
    """

    key: str
    header: str
    field: str | None
    how: str
    samples: tuple[str, ...]
    proposals: Mapping[Kind, tuple[Proposal, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """A table or form of which something is not understood.

    Attributes:
        kind: as it is read; None if nobody can tell, and then nothing is read.
        guessed: the kind is only likely, so that every value waits for a yes.
        names: whether a column holds the names of the records, without which there are none.
    """

    name: str
    place: str
    kind: Kind | None
    guessed: bool
    names: bool
    kinds: tuple[LikelyKind, ...]
    columns: tuple[OpenColumn, ...]

    def asks_as(self, other: "Question") -> bool:
        """Whether an answer to this question answers the other one as well: the same columns are open in it."""
        mine, theirs = (
            {(column.header, column.field, column.how) for column in one.columns} for one in (self, other)
        )
        return (self.kind, self.guessed, self.names) == (
            other.kind,
            other.guessed,
            other.names,
        ) and theirs <= mine


@dataclass(frozen=True, slots=True)
class Understanding:
    """How a table or form is read: its kind, and the meaning of its columns by their keys. `kind` is None where it is
    not read at all, and `question` is None where nothing is open."""

    kind: Kind | None
    guessed: bool = False
    meanings: Mapping[str, Meaning] = field(default_factory=dict)
    question: Question | None = None


def understood(
    headers: Mapping[str, str],
    values: Mapping[str, Sequence[object]],
    around: str,
    learnt: Mapping[str, str],
    *,
    name: str,
    place: str,
    is_guessing: bool = True,
    must_ask: bool = False,
) -> Understanding:
    """How to read a table or form.

    Args:
        headers: key of a column → its header.
        values: key of a column → some of its values, in the order of the rows.
        around: what stands about the table.
        is_guessing: whether likely fields and kinds are taken where nothing is known.
        must_ask: whether there is a question although nothing seems to be open.
    """
    texts = {key: [text_of(value) for value in values.get(key, ())] for key in headers}
    seen = [
        SeenColumn(
            key,
            header,
            looks_of(values.get(key, ()), texts[key]),
            (learnt[key_of(header)] or "ignore") if key_of(header) in learnt else None,
        )
        for key, header in headers.items()
    ]
    if not is_guessing:
        listed = kind_of(headers.values(), around, learnt)
        plain = (
            {}
            if listed is None
            else {key: meaning(text, listed, learnt=learnt) for key, text in headers.items()}
        )
        return Understanding(listed, meanings={key: one for key, one in plain.items() if one is not None})
    likely = kinds_of(seen, f"{around} {name}")
    kind, how = _kind(seen, around, learnt, likely)
    guessed = how == "guessed"
    if kind is None:
        return Understanding(
            None, question=_question(name, place, None, False, False, likely, seen, {}, texts)
        )
    meanings = _meanings(seen, kind, learnt, is_free=how != "listed")
    if how == "given" and not any(one.field == "title" for one in meanings.values()):
        listed = kind_of(headers.values(), around, learnt)
        if listed is not None and listed is not kind:  # another sheet of the file than the one that was meant
            kind, meanings = listed, _meanings(seen, listed, learnt, is_free=False)
    names = any(one.field == "title" for one in meanings.values())
    question = _question(name, place, kind, guessed, names, likely, seen, meanings, texts)
    is_open = must_ask or guessed or not names or any(one.how != "known" for one in question.columns)
    return Understanding(kind if names else None, guessed, meanings, question if is_open else None)


def _kind(
    seen: Sequence[SeenColumn], around: str, learnt: Mapping[str, str], likely: Sequence[LikelyKind]
) -> tuple[Kind | None, str]:
    """The kind of a list, and how it is known: `said` before of such a list, `given` with the file, `listed` in the
    dictionary, or `guessed`. What was explained of most columns comes before what is given with the file, which may be
    meant for another sheet. A list of which the dictionary knows the lesser part is not listed in it, unless what it
    is like says the same: 全称 and 手机 stand in a list of demands as well as in a roll."""
    headers = [one.header for one in seen]
    said = said_kind(headers, learnt)
    if said is not None and said.saying is Saying.EXPLAINED:
        return said.kind, "said"
    listed = kind_of(headers, around, learnt)
    if isinstance(learnt, Explained) and learnt.kind is not None:
        tells = listed is not None and listed is not learnt.kind and _tell(headers, listed, learnt.kind)
        return (listed, "listed") if tells else (learnt.kind, "given")
    if said is not None and said.saying is Saying.NAMED:
        return said.kind, "said"
    if listed is not None:
        filled = [one for one in seen if one.looks]
        known = [one for one in filled if meaning(one.header, listed, learnt=learnt) is not None]
        agrees = bool(likely) and likely[0].kind is listed
        if agrees or 2 * len(known) > len(filled):
            return listed, "listed"
    return (said.kind if said is not None else sure_kind(likely)), "guessed"


def _tell(headers: Sequence[str], listed: Kind, given: Kind) -> bool:
    """Whether headers say by themselves that a list is of another kind than the one that was given with the file."""
    folded = {fold(text) for text in headers}
    return len(folded & own_wordings(listed)) > 1 and not folded & own_wordings(given)


def _meanings(
    seen: Sequence[SeenColumn], kind: Kind, learnt: Mapping[str, str], *, is_free: bool
) -> dict[str, Meaning]:
    """Key → meaning, by the sender and the dictionary, else the likeliest. `is_free`: the dictionary does not know the
    list, so that contents alone may tell what a column is."""
    found = {
        one.key: known
        for one in seen
        if (known := meaning(one.header, kind, learnt=learnt)) is not None
        and not (is_free and one.known is None and contradicts(one, known.field, kind))
    }
    columns = [
        SeenColumn(one.key, one.header, one.looks, found[one.key].field if one.key in found else None)
        for one in seen
    ]
    by_key = {one.key: one for one in columns}
    for key, proposal in assigned(columns, kind).items():
        column = by_key[key]
        alike = likeness(column.header, kind).get(proposal.field, 0.0)
        speaks = any(column.looks.get(look, 0.0) >= 0.6 for look in _SPEAKING)
        if is_free or (proposal.score >= FIRM and (alike > 0.3 or speaks)):
            found[key] = Meaning(proposal.field, unit_of(column.header), exact=False)
    return found


def _question(
    name: str,
    place: str,
    kind: Kind | None,
    guessed: bool,
    names: bool,
    likely: tuple[LikelyKind, ...],
    seen: Sequence[SeenColumn],
    meanings: Mapping[str, Meaning],
    texts: Mapping[str, Sequence[str]],
) -> Question:
    secret = _secret_rows(texts)
    asked = []
    for column in seen[:MAX_COLUMNS]:
        known = meanings.get(column.key)
        if known is None and all(map(is_empty_word, texts[column.key])):
            continue
        how = "" if known is None else "known" if known.exact else "guessed"
        samples = () if is_private(column) else _samples(texts[column.key], secret)
        kinds = tuple(Kind) if kind is None or guessed else (kind,)
        proposals = (
            {} if how == "known" and not guessed else {one: proposals_of(column, one) for one in kinds}
        )
        asked.append(
            OpenColumn(column.key, column.header, known.field if known else None, how, samples, proposals)
        )
    return Question(name, place, kind, guessed, names, likely, tuple(asked))


def _secret_rows(texts: Mapping[str, Sequence[str]]) -> frozenset[int]:
    """Rows with a marking of state secrets: nothing of them is shown."""
    return frozenset(
        index
        for column in texts.values()
        for index, text in enumerate(column)
        if is_secret_mark(text) or is_secret_name(text)
    )


def _samples(texts: Sequence[str], secret: frozenset[int]) -> tuple[str, ...]:
    shown = (
        without_identity_numbers(text)[0].replace("\n", " ")[:MAX_SAMPLE]
        for index, text in enumerate(texts)
        if index not in secret and not is_empty_word(text)
    )
    return tuple(list(dict.fromkeys(shown))[:MAX_SAMPLES])

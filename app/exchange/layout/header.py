"""The header of a table: its rows, and what each column is called."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from app.exchange.headers.dictionary import MAX_LABEL, MAX_QUESTION, Kind, key_of, meaning
from app.exchange.layout.raw import text_of
from app.exchange.layout.rows import is_serial
from app.exchange.readers.content import Merge, Row

MIN_LABELS = 3
MIN_SHARE = 0.6
LIKELY_SHARE = 0.75
"""Share of a header's texts that are likely to be headers, where the dictionary has fewer than `MIN_SHARE` of them."""
SURE_LABELS = 4
SURE_SHARE = 0.4
"""So many labels are a header although most of its texts are unknown."""
MAX_SUBHEADER = 24

Learnt = Mapping[str, str]
"""Folded header → field, as a person has confirmed it for the sender."""
NOTHING_LEARNT: Learnt = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Header:
    """Rows of a header (their numbers) and the text of each column, where a header of two rows is `group/part`."""

    rows: tuple[int, ...]
    texts: tuple[str, ...]
    labels: int

    @property
    def last(self) -> int:
        """The number of its last row."""
        return self.rows[-1]


@lru_cache(maxsize=20_000)
def is_label(text: str) -> bool:
    """Whether a text is a header or label of any kind of record, recognised whole."""
    if not text or len(text) > MAX_LABEL:
        return False
    return any((found := meaning(text, kind)) is not None and found.exact for kind in Kind)


def _likely(texts: Sequence[str]) -> int:
    return sum(1 for text in texts if is_likely(text))


@lru_cache(maxsize=20_000)
def is_likely(text: str) -> bool:
    """Whether a text is a header by the way it ends."""
    return len(text) <= MAX_LABEL and any(meaning(text, kind) is not None for kind in Kind)


def _counts(text: str, learnt: Learnt) -> bool:
    return is_label(text) or (bool(learnt) and key_of(text) in learnt)


def headers_in(
    rows: Sequence[Row], merges: Sequence[Merge] = (), learnt: Learnt = NOTHING_LEARNT
) -> Iterator[tuple[int, Header]]:
    """Every row that is a header, joined with the row of parts below it or of groups above it, with the index after
    it. Both readings of a row of parts come, alone and joined."""
    for index in range(len(rows)):
        header = header_at(rows, index, merges, learnt)
        if header is not None:
            yield index + len(header.rows), header


def header_of(row: Row, learnt: Learnt = NOTHING_LEARNT, *, has_questions: bool = False) -> Header | None:
    """The row as a header of one row, if it is one.

    Args:
        has_questions: whether up to a third of its texts may be long questions, as in the answers to a form.
    """
    texts = _texts(row)
    filled = [text for text in texts if text]
    # First, because it is cheap and leaves no more of a long list than its headers.
    if any(is_serial(text) for text in filled):
        return None
    long = sum(1 for text in filled if len(text) > MAX_LABEL)
    if long and not (has_questions and may_be_questions(filled, long)):
        return None
    labels = sum(1 for text in filled if _counts(text, learnt))
    wanted = min(MIN_LABELS, max(len(filled), 2))
    if labels < wanted:
        return None
    surely = labels >= SURE_LABELS and labels >= SURE_SHARE * len(filled)
    if not surely and labels < MIN_SHARE * len(filled) and _likely(filled) < LIKELY_SHARE * len(filled):
        return None
    return Header((row.number,), tuple(texts), labels)


def transposed(rows: Sequence[Row]) -> list[Row] | None:
    """A table whose header is its first column, turned over: the header, then one row a record. None if it is no such
    table: then fewer than two columns beside the labels are filled, or hold labels too, as a form does."""
    labelled = []
    for row in rows:
        texts = _texts(row)
        first = next((column for column, text in enumerate(texts) if text), 0)
        if texts and is_label(texts[first]):
            labelled.append((first, row, texts))
    if len(labelled) < MIN_LABELS or len({first for first, _, _ in labelled}) > 1:
        return None
    start, width = labelled[0][0], max(len(texts) for _, _, texts in labelled)
    columns = [
        column
        for column in range(start + 1, width)
        if sum(1 for _, _, texts in labelled if column < len(texts) and texts[column])
        >= MIN_SHARE * len(labelled)
    ]
    beside = [texts[column] for _, _, texts in labelled for column in columns if column < len(texts)]
    if len(columns) < 2 or any(is_label(text) for text in beside):
        return None
    header = Row(labelled[0][1].number, [texts[start] for _, _, texts in labelled])
    return [
        header,
        *(
            Row(
                column + 1,
                [row.values[column] if column < len(row.values) else None for _, row, _ in labelled],
            )
            for column in columns
        ),
    ]


def _texts(row: Row) -> list[str]:
    return [
        text_of(value) if isinstance(value, str) else ("0" if value is not None else "")
        for value in row.values
    ]


def header_at(
    rows: Sequence[Row], index: int, merges: Sequence[Merge] = (), learnt: Learnt = NOTHING_LEARNT
) -> Header | None:
    """The header that begins at a row, with the row of parts below it, if it is one."""
    top = rows[index]
    below = rows[index + 1] if index + 1 < len(rows) else None
    if below is not None and _is_part_row(top, below, merges, learnt):
        return joined_header(top, below, merges, learnt)
    return header_of(top, learnt, has_questions=True)


def may_be_questions(texts: Sequence[str], long: int) -> bool:
    """Whether the long ones of the texts, a third at most, may be headers too."""
    return 3 * long <= len(texts) and all(len(text) <= MAX_QUESTION for text in texts)


def _is_part_row(top: Row, below: Row, merges: Sequence[Merge], learnt: Learnt) -> bool:
    """Whether `below` only names parts of groups in `top`, of which enough are known."""
    if not parts_stand_below(top, below, merges):
        return False
    upper = [text for text in _texts(top) if text]
    labels = sum(1 for text in upper if _counts(text, learnt))
    return labels >= 2 and labels >= MIN_SHARE * len(upper) * 0.7


def parts_stand_below(top: Row, below: Row, merges: Sequence[Merge], *, has_singles: bool = False) -> bool:
    """Whether the cells of `below` stand under empty cells or under groups of `top`, and may be headers.

    Args:
        has_singles: beside a group, some may stand under a cell that is no group: 意愿 over 愿意怎么转.
    """
    upper, lower = _texts(top), _texts(below)
    upper += [""] * (len(lower) - len(upper))
    filled = [column for column, text in enumerate(lower) if text]
    if len(filled) < 2 or sum(1 for text in upper if text) < 2:
        return False
    groups = 0
    for column in filled:
        text = lower[column]
        if len(text) > MAX_SUBHEADER or is_serial(text) or text == "0":
            return False
        is_group = column + 1 < len(lower) and not upper[column + 1] and bool(lower[column + 1])
        wide = any(
            one[0] <= top.number <= one[2] and one[1] <= column <= one[3] and one[3] > one[1]
            for one in merges
        )
        if upper[column] and not (is_group or wide) and not has_singles:
            return False
        groups += bool(upper[column]) and (is_group or wide)
    return not has_singles or groups > 0


def joined_header(top: Row, below: Row, merges: Sequence[Merge], learnt: Learnt) -> Header:
    """The header of two rows: `group/part`, or the one text that a column has."""
    upper, lower = _texts(top), _texts(below)
    width = max(len(upper), len(lower))
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    tall = {one[1] for one in merges if one[0] <= top.number and one[2] >= below.number}
    group, texts = "", []
    for column in range(width):
        if upper[column]:
            group = upper[column]
        elif column in tall or not lower[column]:
            group = ""
        part = lower[column]
        texts.append(f"{group}/{part}" if group and part else upper[column] or part)
    labels = sum(1 for text in texts if _counts(text, learnt))
    return Header((top.number, below.number), tuple(texts), labels)

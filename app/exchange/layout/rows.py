"""What a row of a table is, if it is no record: empty, sample, total, note, or a row number alone."""

import re
from collections import deque
from collections.abc import Iterator, Sequence

from app.exchange.layout.raw import text_of
from app.exchange.readers.content import Row, Scalar

_TOTAL = re.compile(
    r"^(?:(?:合|小|总|共|累)\s*计|.{1,6}(?:合计|小计|总计|累计))(?:[:：（(]|$|\d)|^(?:总|共)\s*\d+\s*[项条家个人]"
)
_NOTE = re.compile(
    r"^(?:注\d?|备\s*注|说\s*明|填表说明|填报说明|填写说明|填表要求|公示期|附注|附件\d*|联系电话|联系人|监督电话)\s*[:：.、]"
    r"|^(?:填表人|填报人|制表人?|制表单位|审核人?|负责人|经办人|单位负责人|填报单位|填表单位|填报日期|填表日期|制表日期|盖章|签字)"
    r"(?:[（(][^）)]*[）)])?\s*[:：]|^[*＊※]|^注[:：]"
)
_SAMPLE_SERIAL = re.compile(
    r"^[（(]?(?:示例|样例|范例|例如|例子?|填写示例|example)\d*[)）]?[:：]?$", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"[×✕╳]{2,}|(?<![A-Za-z])[Xx]{2,}(?=公司|企业|单位|大学|有限|省|市|区|技术|项目|街道)|^[（(]示例|正式填报时"
)
_TRIAL = re.compile(r"^(?:测试|试填|test)(?:企业|公司|单位|需求|成果|技术|数据|用户)?\d{0,3}$", re.IGNORECASE)
_SAME_AS_ABOVE = re.compile(
    r"^[（(]?(?:同(?:上|前)(?:一?[行项栏条列])?|〃|″|ditto)[)）]?[。.]?$", re.IGNORECASE
)
_SERIAL = re.compile(r"^(?:第?\d{1,6}[号、.]?|[…．.]{1,6}|[一二三四五六七八九十]{1,3})$")


class Ahead:
    """Rows that are read once, of which the next ones can be looked at before."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._waiting: deque[Row] = deque()

    def __iter__(self) -> Iterator[Row]:
        return self

    def __next__(self) -> Row:
        return self._waiting.popleft() if self._waiting else next(self._rows)

    def peek(self, number: int) -> list[Row]:
        """The next rows, at most `number`."""
        while len(self._waiting) < number and (row := next(self._rows, None)) is not None:
            self._waiting.append(row)
        return [row for _, row in zip(range(number), self._waiting, strict=False)]


def is_same_as_above(text: str) -> bool:
    """Whether a text says that the value above holds here too."""
    return _SAME_AS_ABOVE.match(re.sub(r"\s", "", text)) is not None


def is_serial(text: str) -> bool:
    """Whether the text is a row number, or the dots that stand for more of them."""
    return _SERIAL.match(text) is not None


def reason_to_ignore(
    row: Row, filled: Sequence[tuple[int, Scalar]], serial: int | None
) -> tuple[str, str] | None:
    """Code and words for a row that is no record; None for one that may be.

    Args:
        filled: columns and values of the cells that hold something.
        serial: the column of row numbers, if the table has one.
    """
    texts = [text_of(value) for _, value in filled]
    first = texts[0]
    if _TOTAL.match(first):
        return "total", "total row"
    if _NOTE.match(first) and len(filled) <= 4:
        return "note", "notes and signature"
    if all(column == serial for column, _ in filled) and is_serial(first):
        return "empty", "only a row number"
    if _SAMPLE_SERIAL.match(first) or sum(1 for text in texts if _PLACEHOLDER.search(text)) >= 2:
        return "sample", "sample row"
    if sum(1 for text in texts if _TRIAL.match(text)) >= 2:
        return "sample", "trial row"
    if row.hidden:
        return "hidden", "hidden row: imported only when asked"
    if len(filled) == 1 and (len(first) > 60 or filled[0][0] == serial):
        return "heading", "text across the table"
    return None

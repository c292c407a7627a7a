"""The result of reading one value: what it is, whether it was deduced, and what is wrong with it."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ValueNote:
    """A remark for the person who checks the import: a code and the same in Chinese and English."""

    code: str
    zh: str
    en: str


@dataclass(slots=True)
class ValueReading:
    """A value as read. `derived`: it does not stand in the file as such and waits for a person's yes."""

    value: Any = None
    derived: ValueNote | None = None
    warnings: list[ValueNote] = field(default_factory=list)

    def warn(self, code: str, zh: str, en: str) -> "ValueReading":
        """Add a warning and return the reading."""
        self.warnings.append(ValueNote(code, zh, en))
        return self


_EMPTY = frozenset(
    [
        "无",
        "/",
        "\\",
        "-",
        "--",
        "—",
        "——",
        "–",
        "暂无",
        "(跳过)",
        "n/a",
        "na",
        "略",
        "没有",
        "不详",
        "空",
        "null",
        "none",
        "nan",
        "无要求",
        "不涉及",
        "〇",
        "..",
        "...",
        "…",
        "(空)",
        "未填",
        "未填写",
        "待补充",
        "待填",
        "见附件",
    ]
) | {""}


def is_empty_word(text: str) -> bool:
    """Whether the text says that there is nothing: 无, /, 暂无, (跳过)."""
    return compact(text).casefold().rstrip("。.") in _EMPTY


def compact(text: str) -> str:
    """Half width, without white space."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


ONES = re.compile(r"[、；;，,/／|｜┋\n]+")


def parts_of(text: str, *, words: bool = False) -> list[str]:
    """The entries of a list in one cell. `words`: blanks separate too, as between keywords."""
    text = re.sub(r"^[\s、；;，,/]+|(?<![\s、；;，,/。])[\s、；;，,/。]+$", "", text)
    parts = [part.strip(" 　\t.。") for part in ONES.split(text)]
    if words and len(parts) == 1:
        parts = re.split(r"[\s　]+", parts[0])
    return [part for part in parts if part and not is_empty_word(part)]

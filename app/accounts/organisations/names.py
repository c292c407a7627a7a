"""The identity that a name of an organisation tells: one folding of how names are written.

Spaces, width, brackets, punctuation, traditional characters, case and the legal form do not matter, and a branch is a
part of its parent: 济南砺桥技术转移有限公司, 濟南礪橋技術轉移有限責任公司 and 济南砺桥技术转移有限公司（青岛分公司）
are one.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.text.folding import fold_plain


class NameKind(StrEnum):
    """What a stored name is: by the first three an organisation is identified, by a short one it is only guessed."""

    NAME = "name"
    FORMER = "former"
    ALIAS = "alias"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class NameIdentity:
    """`core` is equal for names of one organisation and its branches; "" if nothing is left of the name.

    `full` is whether the name has a legal form or the kind of an institution in it, as a registered name does.
    """

    core: str
    branch: bool
    full: bool


_HAN = re.compile("[\u3400-\u9fff]")
_FORM = (
    "股份有限责任公司|有限责任公司|股份有限公司|有限公司|股份公司|公司"
    "|特殊普通合伙企业|特殊普通合伙|普通合伙|有限合伙"
)
_HEAD_OF_BRANCH = "公司|研究院|研究所|设计院|学院|大学|医院|事务所|中心|院|所|校|厂|社|银行"
_BRANCH_WORD = "分公司|分院|分所|分校|分部|分中心|分厂|分社|分行|支行|办事处|代表处|营业部"
# 某公司济南分公司, 某研究院(青岛)分院: what stands between is a place or a number.
_BRANCH = re.compile(rf"(?P<parent>.{{2,}}(?:{_HEAD_OF_BRANCH}))(?P<place>.{{0,16}}?)(?:{_BRANCH_WORD})")
# 某技术转移分公司: without the parent's form.
_BARE_BRANCH = re.compile(r"(?P<parent>.{4,})(?:分公司|分院|分所)")
_TRAILING_FORM = re.compile(rf"(?P<core>.{{2,}}?)(?:{_FORM})")
_INSTITUTION = re.compile(
    r"(?:公司|集团|大学|学院|学校|研究院|研究所|科学院|设计院"
    r"|医院|事务所|中心|厂|社|院|所|局|会|基金)$"
)

# Legal forms at the end of a name in Latin script, as words without punctuation.
_LATIN_FORM = re.compile(
    "co|company|ltd|limited|inc|incorporated|corp|corporation|llc|llp|lp|plc|pte|pty|pvt|private"
    "|gmbh|mbh|ag|kg|kgaa|ohg|ug|ev|sa|sas|sarl|srl|spa|sl|bv|nv|ab|as|asa|aps|oy|oyj|kk|sro|doo|zrt|kft"
)
# Dotted forms fall into letters: s.r.l., g.m.b.h., b.v., l.l.c.
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}[a-z]?\b\.?|\b(?:[a-z]\. ){1,}[a-z]\.")
_LATIN_BRANCH = re.compile(r".+ (?:branch(?: office)?|representative office)")
_PLACE_WORDS = 5


@lru_cache(maxsize=20_000)
def identity_of(name: str) -> NameIdentity:
    """The identity that a name tells."""
    folded = fold_plain(unicodedata.normalize("NFKC", name))
    return _chinese(folded) if _HAN.search(folded) else _latin(folded)


def _chinese(folded: str) -> NameIdentity:
    text = "".join(char for char in folded if char.isalnum())
    branch = False
    while (found := _BRANCH.fullmatch(text) or _BARE_BRANCH.fullmatch(text)) is not None:
        text, branch = found["parent"], True
    full = branch or _INSTITUTION.search(text) is not None
    form = _TRAILING_FORM.fullmatch(text)
    return NameIdentity(form["core"] if form else text, branch, full)


def _latin(folded: str) -> NameIdentity:
    text = _DOTTED.sub(lambda found: re.sub(r"[. ]", "", found.group()) + " ", folded).replace("&", " and ")
    words = "".join(char if char.isalnum() else " " for char in text.replace("'", "")).split()
    branch = False
    if _LATIN_BRANCH.fullmatch(" ".join(words)):
        # Only behind a legal form is it clear where the parent's name ends.
        for end in range(len(words) - 1, max(1, len(words) - 1 - _PLACE_WORDS), -1):
            if _LATIN_FORM.fullmatch(words[end - 1]):
                words, branch = words[:end], True
                break
    if words[:1] == ["the"]:
        words = words[1:]
    core = _without_form(words)
    return NameIdentity("".join(core), branch, branch or len(core) < len(words))


def _without_form(words: list[str]) -> list[str]:
    end = len(words)
    while end > 1 and (
        _LATIN_FORM.fullmatch(words[end - 1]) or (words[end - 1] == "and" and end < len(words))
    ):
        end -= 1
    return words[:end]

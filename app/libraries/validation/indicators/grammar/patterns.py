"""Vocabulary of bounds (不低于, at most, 以上), and the clause that the grammar reads."""

import re
from dataclasses import dataclass
from decimal import Decimal

from app.libraries.validation.indicators.grammar.lexer import QUANTITY, Quantity, Sentence
from app.libraries.validation.indicators.grammar.names import name_of
from app.libraries.validation.indicators.model import Op

_NOT = "(?:不|别|勿|莫|未)(?:要|能|得|可|应当?|宜|会|允许|许|准|可以|必)?"
SIGNS = {"≥": Op.AT_LEAST, "≤": Op.AT_MOST, ">": Op.MORE, "<": Op.LESS, "=": Op.EQUAL, "≈": Op.EQUAL}
_WORDS = {
    Op.AT_LEAST: f"{_NOT}(?:低于|小于|少于|短于|弱于|低过|少过)|不低|不少|至少|最少"
    "|最低(?=Q)|最小(?=Q)|起码|达到|达(?!标|成)|at least"
    "|(?:not?|never) (?:less|lower|fewer|shorter|smaller) than|minimum(?: of)?|min\\.?(?=\\s*Q)|not below",
    Op.AT_MOST: f"{_NOT}(?:超过|超出|超|高于|大于|多于|长于|突破)|至多|最多|最高(?=Q)|最大(?=Q)|上限为?|控制在"
    "|at most|(?:not?|never) (?:more|higher|greater|longer|larger) than|not (?:to )?exceed(?:ing)?"
    "|not above|up to|within|maximum(?: of)?|max\\.?(?=\\s*Q)",
    Op.MORE: "高于|大于|多于|超过|长于|优于|高过|突破|above|over|exceed(?:s|ing)?"
    "|(?:more|greater|higher|longer|larger|better) than",
    Op.LESS: "低于|小于|少于|短于|不到|不足|低过|below|under|(?:less|lower|fewer|shorter|smaller) than",
    Op.EQUAL: "等于|equals?(?: to)?",
}
# Of these quantities, better means smaller.
SMALLER_IS_BETTER = re.compile(
    "精度|误差|偏差|公差|稳定性|真空度|漂移|重复性|均匀性|波动|失真|平面度|粗糙度|圆度|同轴度|垂直度|噪声"
    "|accuracy|precision|error|stability|drift",
    re.IGNORECASE,
)
_SUFFIXES = {
    Op.AT_LEAST: "[及或]?(?:其)?以上|起(?![泡皮重])"
    "|or (?:more|above|higher|better|longer|greater)|and (?:above|more)|minimum|min(?![a-z])",
    Op.AT_MOST: "[及或]?(?:其)?以[内下]|之内|内(?![壁径部腔存置])|封顶"
    "|or (?:less|below|lower|fewer|shorter)|and below|maximum|max(?![a-z])",
}
UP = "提高|提升|提|增加|增长|增|上升|升高|升|扩大|扩|延长|改善|加快|increased?|improved?|raised?"
DOWN = "降低|下降|降|减少|减小|减|缩短|缩小|压缩|压|节约|节省|省|reduced?|decreased?|cut|lowered"


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure of a clause. `start` and `end` enclose the quantity and the words of its bound.

    `is_explicit`: words or signs state the bound. A bare number or range after a name is not explicit.
    """

    name: str
    op: Op
    quantity: Quantity
    start: int
    end: int
    current: Decimal | None = None
    is_explicit: bool = True


def pattern(template: str) -> re.Pattern[str]:
    """Compile a template: <Q> and <Q0> become quantities, <WORD>, <SUFFIX>, <UP> and <DOWN> lists of words."""
    words = "|".join(f"(?P<word{op.name}>{words})" for op, words in _WORDS.items())
    suffixes = "|".join(f"(?P<suffix{op.name}>{words})" for op, words in _SUFFIXES.items())
    for name, regex in {
        "<SUFFIX>": rf"\s*(?:{suffixes})",
        "<WORD>": f"(?:{words})",
        "<UP>": f"(?P<up>{UP})",
        "<DOWN>": f"(?P<down>{DOWN})",
        "<Q0>": f"(?P<q0>{QUANTITY})",
        "<Q>": f"(?P<q>{QUANTITY})",
        "(?=Q)": f"(?={QUANTITY})",
        r"(?=\s*Q)": rf"(?=\s*{QUANTITY})",
    }.items():
        template = template.replace(name, regex)
    return re.compile(template, re.IGNORECASE)


class Clause:
    """The text of a clause and the quantities in it that no bound has claimed yet."""

    def __init__(self, text: str, sentence: Sentence) -> None:
        self.text = text
        self.sentence = sentence
        self.claimed: list[tuple[int, int]] = []

    def is_free(self, match: re.Match[str]) -> bool:
        return all(match.end("q") <= start or match.start("q") >= end for start, end in self.claimed)

    def quantity(self, match: re.Match[str], group: str = "q") -> Quantity:
        return self.sentence.quantity(match[group])

    def previous_end(self, position: int) -> int:
        return max((end for _, end in self.claimed if end <= position), default=0)

    def has_more(self, position: int) -> bool:
        return re.search(QUANTITY, self.text[position:]) is not None

    def is_condition(self, position: int) -> bool:
        """Whether a figure that ends here qualifies another one: 深度≥0.2mm的缺陷漏检率小于2%."""
        return re.match(r"\s*[的时下]", self.text[position:]) is not None and self.has_more(position)

    def name(self, start: int, end: int) -> str:
        before = self.text[self.previous_end(start) : start]
        return name_of(before, self.text[end:], has_more=self.has_more(end))


def named_op(match: re.Match[str], prefix: str) -> Op | None:
    """The bound that a word (prefix `word`) or a suffix (prefix `suffix`) of the match stands for."""
    groups = match.groupdict()
    return next((op for op in Op if groups.get(f"{prefix}{op.name}")), None)

"""Mentions of an organisation in a text: where it is named, and whether that is certain or must be asked.

A form that nobody else uses is certain. A word that others use, too (云岭), is certain where its surroundings show that
it stands for the organisation: 我们云岭, 云岭公司, 云岭阀门, 济南云岭. Otherwise its owner is asked.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import rjieba

from app.libraries.validation.leaks.homophones import LONG, find_homophones
from app.libraries.validation.leaks.name_variants import Commonness, NameForm, NameForms, is_trade
from app.text.folded_text import FoldedText, MappedText, Spot

Frequency = Callable[[str], int]
"""Word → how many published records of other owners contain it."""

_SELF = re.compile(
    r"\b(?:we(?:at|are)|our(?:company|factory|firm|brand)(?:is|,)?)$|(?:我们?|咱们?|本|敝|我们的)(?:公司|集团|厂|单位|企业|院|所|校|司)?(?:是|为|叫|名为|名叫|属于|在)?[“\"「『《【(]?$"
    r"|(?:公司|单位|企业|厂|名称|品牌|商标|牌子|简称|全称|名字)(?:是|为|叫做?|名|:)[“\"「『《【(]?$|(?:简称|名叫|名为|叫做|隶属于?)[“\"「『《【(]?$"
)
_LEGAL_AFTER = re.compile(
    r"[”\"」』》】)]?(?:公司|集团|股份|有限|厂(?!房|界|区内)|牌(?!号)|总厂|分公司|实业|控股|品牌|商标|company|limited|ltd|inc\b|brand|factory|的(?:厂|公司|车间|产品|客户|员工|生产线))"
)
# What an organisation does, or where it stands in a form; enough for a question, not for a refusal.
_ACTS = re.compile(r"(?:多次|提出|承担|成立于|主营|主要生产|现有|位于|委托|自行|牵头)")
_ENTERED = re.compile(r"(?:厂家|厂商|单位|甲方|乙方|委托方|需求方|业主|现由)[:是为]?$")
_QUOTES = frozenset("“\"「『《【‘'”")
_MEASURES = re.compile(r"[度个件台吨天年月日元万亿%℃°a-z次小时米克升伏瓦名家项种型号分秒.:/\-~]")
_MARGIN = 12

RARE = 3
"""A form that this many records of other owners contain is not the owner's alone."""

COMMON = 20
"""A word that this many records of other owners contain is anybody's; it is only asked about in an apt context."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where an organisation may be named. `form`: the form that was found, in the comparison form."""

    spot: Spot
    form: str
    certain: bool


def find_mentions(folded: FoldedText, names: Iterable[NameForms], frequency: Frequency) -> Iterator[Mention]:
    """All mentions, possibly nested or found twice."""
    for name in names:
        for form in name.forms:
            for reading in _readings(folded, form.text):
                for start, end in reading.find(form.text):
                    spot = reading.original(start, end)
                    if folded.cuts_latin_word(spot, form.text):
                        continue
                    certain = _verdict(reading, (start, end), form, name, frequency)
                    if certain is not None:
                        yield Mention(spot, form.text, certain)
        yield from _homophones(folded, name)
        yield from _swapped(folded, name)


def _readings(folded: FoldedText, form: str) -> Iterator[MappedText]:
    """Where to look for a form: a Latin one also among letters of other scripts that look like it."""
    yield folded.reading_for(form)
    if form.isascii() and len(form) >= _LEAST_LOOK_ALIKE and folded.look_alikes is not None:
        yield folded.look_alikes


_LEAST_LOOK_ALIKE = 4


def _homophones(folded: FoldedText, name: NameForms) -> Iterator[Mention]:
    """Always asked about. Two characters sound like many words; there it takes a sign of an organisation."""
    reading = folded.tight
    for start, end in find_homophones(reading, name.brand):
        if end - start >= LONG or _context(reading.text, start, end, name):
            yield Mention(reading.original(start, end), reading.text[start:end], certain=False)


def _swapped(folded: FoldedText, name: NameForms) -> Iterator[Mention]:
    """Two characters of a brand reversed (川柱 for 柱川) where it stands for an organisation, asked about."""
    swapped = name.brand[::-1]
    # Words are not written in another order; what is one in either order is meant as it stands.
    if (
        not re.fullmatch("[\u3400-\u9fff]{2}", swapped)
        or swapped == name.brand
        or any(map(rjieba.has_word, (name.brand, swapped)))
    ):
        return
    reading = folded.tight
    for start, end in reading.find(swapped):
        if _context(reading.text, start, end, name):
            yield Mention(reading.original(start, end), swapped, certain=False)


def _verdict(
    reading: MappedText,
    place: tuple[int, int],
    form: NameForm,
    name: NameForms,
    frequency: Frequency,
) -> bool | None:
    """True: certain; False: to be asked; None: the text means something else."""
    if not form.is_brand:
        return form.commonness is Commonness.DISTINCTIVE
    start, end = place
    points = _context(reading.text, start, end, name)
    # Latin words are whole: the source decided that.
    cuts = 0 if form.text.isascii() else (start not in reading.boundaries) + (end not in reading.boundaries)
    commonness = _commonness(form, frequency)
    if commonness is Commonness.DISTINCTIVE:
        if cuts == 2 and not points:
            return None
        return points > 0 or cuts == 0
    if cuts and not (cuts == 1 and points):
        return None
    if commonness is Commonness.KNOWN:
        return points > 0
    if form.text.isdigit() and not points and _MEASURES.match(reading.text[end : end + 1]):
        return None
    if points > 1:
        return not is_trade(form.text)
    common = is_trade(form.text) or frequency(form.text) >= COMMON
    if not points and common and not _acts(reading.text, start, end):
        return None
    return False


def _acts(text: str, start: int, end: int) -> bool:
    before = text[max(start - _MARGIN, 0) : start]
    return _ACTS.match(text, end) is not None or _ENTERED.search(before) is not None


def _commonness(form: NameForm, frequency: Frequency) -> Commonness:
    if form.commonness is Commonness.DISTINCTIVE and frequency(form.text) >= RARE:
        return Commonness.KNOWN
    return form.commonness


def _context(text: str, start: int, end: int, name: NameForms) -> int:
    """How many signs there are that the word stands for an organisation."""
    before, after = text[max(start - _MARGIN, 0) : start], text[end : end + _MARGIN]
    own_trade = any(after.startswith(word) for word in name.trades if len(word) > 1)
    return (
        (_SELF.search(before) is not None)
        + (_LEGAL_AFTER.match(after) is not None)
        + own_trade
        + any(before.endswith(region) for region in name.regions)
        + (before[-1:] in _QUOTES and after[:1] in _QUOTES and before != "")
    )

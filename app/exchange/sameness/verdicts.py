"""The verdict on two records, from what they say of themselves; pure."""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache

from app.exchange.headers.dictionary import Kind
from app.exchange.records.repetition import fold_name
from app.exchange.sameness.names import ComparedName, compared, differing_class, likeness
from app.text.folding import simplified
from app.vocabularies import vocabulary

PROPOSED = 59
"""Likeness of two names of one owner, 0–100, from which a person is asked."""
SURELY_ALIKE = 75
"""Below it, contents that are known to be far apart (`FAR`) speak against names that are alike."""
SURELY_ALIKE_BY_NAME = 70
"""The same where one of them has no description, so that the vectors know no more than the names."""
FAR = 0.38
WITH_EVIDENCE = 50
"""The same if a person or a figure is shared too."""
NEAR = 0.85
"""Cosine of two records' vectors from which a person is asked, of any two owners."""
NEAR_OF_OWNER = 0.38
"""The same for two records of one owner: of pairs of the demo store, fewer than one in a hundred is as near."""
NEAR_WITH_OTHER_RIGHTS = 0.58
"""The same where each of the two has patents or other rights, and they share none."""
NEAR_ACROSS_LANGUAGES = 0.45
"""The same of two owners, one of which is not in Chinese: names and owners cannot be compared by their characters."""
_DESCRIBED = 20
"""Characters of a description from which a vector is more than that of the name."""


class SameVerdict(StrEnum):
    """`same`: a hard key says so. `ask`: a person decides. `different`: nothing says that they are one."""

    SAME = "same"
    ASK = "ask"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class SameEvidence:
    """Why two records may be one, in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class SameTraits:
    """What identifies a record.

    Attributes:
        keys: hard keys, e.g. `patent:202310458812`, `registration:370Y20260301`; see `keys`.
        owner: name of the organisation; empty for an anonymous record.
        people: names of persons; for a manager empty.
        text: where figures are looked for.
    """

    kind: Kind
    name: str
    owner: str = ""
    keys: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    text: str = ""
    anonymous: bool = False

    @property
    def rights(self) -> frozenset[str]:
        """The keys of patents and other rights."""
        return frozenset(key for key in self.keys if key.startswith(("patent:", "right:")))


@dataclass(frozen=True, slots=True)
class SameJudgement:
    """A verdict with its evidence. `strength`: 0–100, how alike the two are by the strongest of it."""

    verdict: SameVerdict
    evidence: list[SameEvidence] = field(default_factory=list)
    strength: int = 0


def judge(one: SameTraits, other: SameTraits, *, nearness: float | None = None) -> SameJudgement:
    """Whether two records of one kind are the same. An anonymous record is never joined by machine.

    Args:
        nearness: the cosine of their vectors in the index; None where one has none. It proposes, and decides nothing.
    """
    shared = one.keys & other.keys
    is_anonymous = one.anonymous or other.anonymous
    if shared:
        evidence = [_of_key(key) for key in sorted(shared)]
        divisional = "分案" in f"{one.name}{one.text}{other.name}{other.text}"
        verdict = SameVerdict.ASK if is_anonymous or divisional else SameVerdict.SAME
        return SameJudgement(verdict, evidence, 100)
    if one.kind is Kind.MANAGER:
        return SameJudgement(SameVerdict.DIFFERENT)
    a, b = compared(one.name), compared(other.name)
    alike = likeness(a, b)
    # First what is cheap and leaves few: a row of a file is compared with hundreds of records.
    if (alike < WITH_EVIDENCE and not nearness) or vetoed(a, b):
        return SameJudgement(SameVerdict.DIFFERENT)
    is_described = min(len(one.text), len(other.text)) >= _DESCRIBED
    surely = SURELY_ALIKE if is_described else SURELY_ALIKE_BY_NAME
    if nearness is not None and nearness < FAR and alike < surely:
        alike = min(alike, WITH_EVIDENCE)
    evidence = _soft(one, other, is_anonymous, alike=alike, nearness=nearness or 0.0)
    if not evidence:
        return SameJudgement(SameVerdict.DIFFERENT)
    return SameJudgement(SameVerdict.ASK, evidence, round(max(alike, (nearness or 0.0) * 100)))


def _of_key(key: str) -> SameEvidence:
    label, _, number = key.partition(":")
    if label == "person":  # a keyed digest, of which nothing is shown
        return SameEvidence(f"{_LABELS[label]}相同", "same name and telephone")
    return SameEvidence(f"{_LABELS[label]}相同：{number}", key)


def _soft(
    one: SameTraits, other: SameTraits, is_anonymous: bool, *, alike: float, nearness: float
) -> list[SameEvidence]:
    people = one.people & other.people
    figures = figures_of(one.text) & figures_of(other.text)
    named = SameEvidence(f"名称相近（{alike:.0f}%）", f"names alike ({alike:.0f}%)")
    more = [SameEvidence(f"人员相同：{name}", f"same person: {name}") for name in sorted(people)]
    if len(figures) >= 2:
        shown = "、".join(sorted(figures)[:4])
        more.append(SameEvidence(f"指标相同：{shown}", f"same figures: {shown}"))
    own = not is_anonymous and same_owner(one.owner, other.owner)
    near = [SameEvidence(f"内容相近（{nearness:.2f}）", f"contents alike ({nearness:.2f})")]
    if nearness < _near_enough(one, other, own=own):
        near = []
    if not own:
        # A general name says nothing across organisations: it takes figures, persons or the same description.
        return [*near, named, *more] if near or (more and alike >= WITH_EVIDENCE) else []
    owner = SameEvidence(f"单位相同：{one.owner}", f"same owner: {one.owner}")
    enough = near or alike >= PROPOSED or (more and alike >= WITH_EVIDENCE)
    return [owner, *near, named, *more] if enough else []


def _near_enough(one: SameTraits, other: SameTraits, *, own: bool) -> float:
    """From which cosine on the contents propose that both are one. More than 1: they never do."""
    if own:
        return NEAR_WITH_OTHER_RIGHTS if one.rights and other.rights else NEAR_OF_OWNER
    translated = _is_chinese(one.name) is not _is_chinese(other.name)
    if translated and _is_chinese(one.owner) is not _is_chinese(other.owner):
        return NEAR_ACROSS_LANGUAGES
    return NEAR if min(len(one.text), len(other.text)) >= _DESCRIBED else 2.0


def _is_chinese(text: str) -> bool:
    return _CHINESE.search(text) is not None


_CHINESE = re.compile("[\u3400-\u9fff]")


_OPPOSITES = (
    *(("高", "低"), ("大", "小"), ("干", "湿"), ("冷", "热"), ("内", "外"), ("上", "下"), ("正", "负")),
    *(("有机", "无机"), ("单", "双"), ("厚", "薄"), ("酸", "碱"), ("动", "静"), ("进", "出"), ("前", "后")),
    *(("左", "右"), ("阴", "阳"), ("公", "母"), ("交流", "直流"), ("固态", "液态"), ("吸收", "释放")),
)


def vetoed(one: ComparedName, other: ComparedName) -> bool:
    """Whether names differ in what makes two things of it: a numeral, the letter of a type, one of two opposites, or
    one of a class of things such as metals, crops and gases."""
    if _differ(one.numerals, other.numerals) or _differ(one.letters, other.letters):
        return True
    a, b = one.text, other.text
    if any(_are_opposite(a, b, *pair) or _are_opposite(b, a, *pair) for pair in _OPPOSITES):
        return True
    return differing_class(one, other) is not None


def _are_opposite(one: str, other: str, left: str, right: str) -> bool:
    """Whether one has `left` where the other has `right`: 高温 and 低温, 内墙 and 外墙; not 破损率高 and 降低."""
    if left not in one or right not in other or left in other or right in one:
        return False
    if len(left) > 1:
        return True
    return bool(_beside(one, left) & _beside(other, right))


def _beside(text: str, char: str) -> set[tuple[str, bool]]:
    """The characters before and behind each place of a character; the ends of the text as well."""
    padded = f" {text} "
    places = [index for index, one in enumerate(padded) if one == char]
    return {(padded[index - 1], False) for index in places} | {(padded[index + 1], True) for index in places}


def _differ(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and one.isdisjoint(other)


_FIGURE = re.compile(r"(\d+(?:\.\d+)?)\s*(%|℃|[a-zA-Zμ°·/]{1,8})")


@lru_cache(maxsize=8192)
def figures_of(text: str) -> frozenset[str]:
    """Numbers with their units."""
    folded = unicodedata.normalize("NFKC", text)
    return frozenset(f"{number}{unit.casefold()}" for number, unit in _FIGURE.findall(folded))


_ENDING = re.compile("(?:股份)?(?:有限)?(?:责任)?公司$|集团$|学院$|研究院$|大学$|工业大学$|技术$|科技$")
_PLACE = re.compile("^(?:中国|山东省?|济南市?|[\u4e00-\u9fff]{2}(?:市|区|县))")


_OWN_PART = 4
"""Characters of a name that are left beside its place."""


@lru_cache(maxsize=4096)
def same_owner(one: str, other: str) -> bool:
    """Whether two names are written forms of one organisation: 齐岫工业大学, 齐岫工大机械学院 and 齐岫工大."""
    if not one or not other or _differ(compared(one).numerals, compared(other).numerals):
        return False
    a, b = (_without_place(simplified(fold_name(text))) for text in (one, other))
    short, long = sorted((_ENDING.sub("", a) or a, _ENDING.sub("", b) or b), key=len)
    common = next((size for size, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    return (common >= min(3, len(short)) and len(short) >= 2) or _abbreviates(*sorted((a, b), key=len))


def _without_place(name: str) -> str:
    """历城泉川化工 → 泉川化工. A name of a place and one word more stays whole."""
    while (found := _PLACE.match(name) or _districts().match(name)) and len(name) - found.end() >= _OWN_PART:
        name = name[found.end() :]
    return name


@cache
def _districts() -> re.Pattern[str]:
    """The places of Shandong as a name has them: 历城 and 历城区."""
    names = (term.zh for term in vocabulary("regions") if term.code.startswith("37"))
    return re.compile("|".join(f"{name[:-1]}[市区县]?" for name in names if len(name) > 2) + "|高新区")


def _abbreviates(short: str, long: str) -> bool:
    """Whether a name is made of characters of the longer one in their order, with its first and a part of its end:
    农科院 of 农业科学研究院."""
    if len(short) < 3 or short[0] != long[0] or short[-1] not in long[-3:]:
        return False
    rest = iter(long)
    return all(char in rest for char in short)


_LABELS = {
    "patent": "专利（申请）号",
    "right": "知识产权号",
    "registration": "登记号",
    "certificate": "证书编号",
    "uscc": "统一社会信用代码",
    "person": "姓名和电话",
    "list": "同一单位的编号",
}

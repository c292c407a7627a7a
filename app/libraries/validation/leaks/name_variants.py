"""What an organisation is known by: its name, its name without the legal form, and its brand.

济南泽垚泵阀铸造有限公司 is also 泽垚泵阀铸造, 济南泽垚 and 泽垚. The brand is what is left when the region, the legal
form and the trade words are gone; it is never empty. No closed list of trade words decides: a word of the dictionary
at the end of a name counts as one, too, and the first two and three characters are looked for besides.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice

import rjieba

from app.libraries.validation.leaks.short_names import short_names
from app.libraries.validation.leaks.spellings import (
    LEAST_INITIALS,
    initials_of,
    numeral_spellings,
    pinyin_spellings,
    university_initials,
)
from app.text.folded_text import letters_and_digits
from app.text.folding import fold
from app.vocabularies.catalogue import vocabulary

# Longest first: 股份有限公司 must match before 公司.
_LEGAL = re.compile(
    "(?:股份有限责任公司|集团股份有限公司|集团有限责任公司|股份有限公司|有限责任公司|集团有限公司|有限公司|分公司|子公司|总公司|公司|"
    r"(?:\()?(?:有限合伙|普通合伙|特殊普通合伙|个人独资|集团|股份)(?:\))?|合伙企业|专业合作社联合社|专业合作社|合作社|集团|股份|控股|总厂|分厂|(?<!加)工厂|厂|"
    "个体工商户|经营部|经销部|门市部|服务部|商行|商店|工作室|事务所|家庭农场)+$"
)
_BRANCH = re.compile(r"(公司|集团)\)?[^公]{0,12}(?:分公司|分厂|办事处|项目部|事业部|分部)$")
_INSTITUTION = re.compile(
    "(?:大学|科学研究院|科学院|学院|研究总院|研究院|研究所|研究中心|中心医院|医院|实验室|服务站|服务中心|中心|委员会|协会|学会|院|所)$"
)
_GROUP = re.compile("([㐀-鿿a-z0-9]{2,8}?)集团")
_HOME = re.compile("[\u4e00-\u9fff]{2,}?(?:大学|学院|研究院|研究所|医院)")
_LATIN_LEGAL = re.compile(
    r"[\s,]*\b(?:co\.?,?\s*ltd|ltd|limited|inc|llc|gmbh|ag|kg|plc|corp|corporation|company|s\.?a|b\.?v|pty|oy|ab|group)\b\.?"
)
_BRACKETED = re.compile(r"[(\[【〔{][^)\]】〕}]*[)\]】〕}]")
_PLACE = re.compile("[\u4e00-\u9fff]{2,3}?(?:省|市(?!场|政)|县|自治区|自治州)")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SEPARATED = re.compile(r"[/、;|]|暨")
_FORMER = re.compile("^(?:原名?|曾用名|又名|也称|简称)[:：]?")

MAX_NAME = 200
"""No real name is longer; the limit bounds the work on arbitrary text in the field."""

_EVERYDAY_FREQUENCY = 500
"""Words that occur this often in the dictionary's corpus stand in anybody's text."""


_UNLIKE_ENGLISH = 7
"""So many letters of pinyin are no word of another language."""


class Commonness(IntEnum):
    """How far a form of a name is other people's word, too."""

    DISTINCTIVE = 0
    KNOWN = 1
    """A word that anybody could use, though few do: 泉城, 云岭."""
    EVERYDAY = 2
    """A word of anybody's texts: 创新, 长城."""


@dataclass(frozen=True, slots=True)
class NameForm:
    """What an organisation is known by, as letters and digits in the comparison form. `is_brand`: it is a part that
    stands for the whole; its surroundings then decide how far it identifies the organisation."""

    text: str
    commonness: Commonness
    is_brand: bool = False


@dataclass(frozen=True, slots=True)
class NameForms:
    """All forms of one name, longest first, with its regions (山东济南, 济南), the words that follow its brand, and the
    brand, unless it is an everyday word."""

    forms: tuple[NameForm, ...]
    regions: tuple[str, ...] = ()
    trades: tuple[str, ...] = ()
    brand: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(form.text for form in self.forms)


@cache
def words_of(kind: str) -> tuple[str, ...]:
    """One list of data/name_words.json, longest word first."""
    raw = (files(__package__) / "data" / "name_words.json").read_text(encoding="utf-8")
    words: list[str] = json.loads(raw)[kind]
    return tuple(sorted(words, key=len, reverse=True))


@cache
def is_trade(word: str) -> bool:
    """Whether a word says what enterprises do, or stands in many names."""
    return word in words_of("trade") or word in words_of("everyday")


@cache
def word_commonness(word: str) -> Commonness:
    """How common a word is, by the dictionary and the lists."""
    if is_trade(word):
        return Commonness.EVERYDAY
    if not rjieba.has_word(word):
        parts = rjieba.cut(word, False)
        # 循环经济 is no word of the dictionary, but nothing else than its two words.
        plain = len(parts) > 1 and all(
            len(part) > 1 and word_commonness(part) is Commonness.EVERYDAY for part in parts
        )
        if plain:
            return Commonness.EVERYDAY
        # 新时代, 二机床: a word of the dictionary with a character before or after it.
        built = len(word) == 3 and any(len(part) == 2 and word_commonness(part) > 0 for part in parts)
        return Commonness.KNOWN if built else Commonness.DISTINCTIVE
    frequent = rjieba.suggest_freq(word) >= _EVERYDAY_FREQUENCY
    return Commonness.EVERYDAY if frequent else Commonness.KNOWN


def names_in(name: str) -> Iterator[str]:
    """The names in one field: a second one may follow in brackets, where a place is none, or after a separator."""
    for part in _SEPARATED.split(name[:MAX_NAME]):
        yield part
        for bracketed in _BRACKETED.findall(fold(part)):
            second = bracketed[1:-1].strip()
            introduced = _FORMER.match(second) is not None
            second = _FORMER.sub("", second)
            stem = _INSTITUTION.sub("", _LEGAL.sub("", second))
            if (introduced and len(second) > 1) or (
                stem != second
                and len(stem) > 1
                and (_split_region(second)[0] or word_commonness(stem) is Commonness.DISTINCTIVE)
            ):
                yield second


@lru_cache(maxsize=4096)
def forms_of(name: str) -> NameForms:
    """The forms of an organisation's name. `name`: as registered, or an alias, a brand, a former or an English name."""
    name = fold(name[:MAX_NAME])
    if not _HAN.search(name):
        return NameForms(tuple(_longest_first(_latin_forms(name))))
    name = _BRANCH.sub(r"\1", name).strip()
    core = _LEGAL.sub("", _BRACKETED.sub("", name).strip())
    core_text = letters_and_digits(core)
    home = _home(core_text)
    places, rest = ([], core_text.removeprefix(home)) if home else _split_region(core_text)
    stem = _INSTITUTION.sub("", rest)
    brand, trades = _split_trades(stem)
    found = [
        NameForm(letters_and_digits(name), Commonness.DISTINCTIVE),
        NameForm(letters_and_digits(_BRACKETED.sub("", name)), Commonness.DISTINCTIVE),
    ]
    if stem == rest:
        found += _enterprise_forms(core_text, rest, brand)
    else:
        found += _institution_forms(core_text, rest, stem, home)
    found += _short_forms(home or core_text, generic=bool(places) and is_trade(brand))
    found += _brand_forms(stem, brand)
    found += _romanised(places, brand)
    found += _initial_forms(places, rest, brand)
    if group := _GROUP.match(stem):
        # 重汽集团济南卡车 is known as 重汽, too.
        found += _brand_forms(group[1], _split_trades(group[1])[0])
    is_bare = letters_and_digits(name) == stem  # neither region nor legal form nor institution
    if is_bare and word_commonness(stem) is Commonness.EVERYDAY:
        # 涂料 as an alias is everybody's word: its surroundings decide, as of the brand of 济南涂料有限公司.
        everyday = NameForm(stem, Commonness.EVERYDAY, is_brand=True)
        found = [everyday if one.text == stem else one for one in found]
    regions = tuple(
        dict.fromkeys(name for place in places for name in (place, re.sub("[省市县区]$", "", place)))
    )
    first_trade = rest.removeprefix(brand)[:2] if trades else ""
    own = "" if word_commonness(brand) is Commonness.EVERYDAY else brand
    return NameForms(tuple(_longest_first(found)), regions, tuple(dict.fromkeys((first_trade, *trades))), own)


def _home(core: str) -> str:
    """The institution that the rest of the name belongs to: 山东大学 of 山东大学齐鲁医院; empty if there is none."""
    home = _HOME.match(core)
    return home[0] if home and len(core) - len(home[0]) > 2 else ""


def _longest_first(found: list[NameForm]) -> Iterator[NameForm]:
    """The forms without repeats; the rarest reading of a form counts."""
    best: dict[str, NameForm] = {}
    for form in sorted(found, key=lambda form: (form.commonness, form.is_brand)):
        if len(form.text) >= 2:
            best.setdefault(form.text, form)
    yield from sorted(best.values(), key=lambda form: -len(form.text))


def _enterprise_forms(core: str, rest: str, brand: str) -> Iterator[NameForm]:
    """济南柱川液压油缸 and 柱川液压油缸. 济南阀门 may also mean the valves of Jinan."""
    generic = is_trade(brand)
    if len(rest) >= 2:
        yield NameForm(core, Commonness.KNOWN if generic and len(rest) < 4 else Commonness.DISTINCTIVE)
    if len(rest) >= 4 and not generic:
        everyday = word_commonness(brand) is Commonness.EVERYDAY
        yield NameForm(rest, Commonness.KNOWN if everyday else Commonness.DISTINCTIVE)


def _institution_forms(core: str, rest: str, stem: str, home: str) -> Iterator[NameForm]:
    """岱北理工 identifies its university. What belongs to one is known by its own name, too."""
    if home:
        yield NameForm(home, Commonness.DISTINCTIVE)
        yield NameForm(rest, max(word_commonness(stem), Commonness.KNOWN), is_brand=True)
    if rest:
        yield NameForm(core, Commonness.DISTINCTIVE)
    if len(stem) >= 4:
        yield NameForm(stem, max(word_commonness(stem), Commonness.DISTINCTIVE))


def _brand_forms(stem: str, brand: str) -> Iterator[NameForm]:
    """The brand, in all ways to write its numerals, and the first two and three characters, unless they are two
    everyday words."""
    if len(brand) >= 2:
        yield NameForm(brand, _brand_commonness(brand), is_brand=True)
    if len(brand) >= 2 and not is_trade(brand):
        for text in dict.fromkeys(numeral_spellings(brand)):
            yield NameForm(text, max(_brand_commonness(text), _brand_commonness(brand)), is_brand=True)
    if brand.isascii():
        return
    for start in (stem[:2], stem[:3]):
        if brand in start or start == brand or _HAN.match(start) is None:
            continue
        commonness = word_commonness(start)
        if commonness is not Commonness.EVERYDAY or rjieba.has_word(start):
            yield NameForm(start, max(commonness, Commonness.KNOWN), is_brand=True)


def _brand_commonness(brand: str) -> Commonness:
    if brand.isascii():
        if brand.isdigit() or len(brand) < 3 or brand in words_of("latin"):
            return Commonness.EVERYDAY
        return Commonness.DISTINCTIVE if len(brand) > 3 else Commonness.KNOWN
    return word_commonness(brand)


def _short_forms(core: str, *, generic: bool) -> Iterator[NameForm]:
    """A short name of two characters is a word of other texts, too."""
    for short in short_names(core, generic=generic):
        least = Commonness.KNOWN if len(short) == 2 else Commonness.DISTINCTIVE
        yield NameForm(short, max(word_commonness(short), least), is_brand=True)


def _romanised(places: list[str], brand: str) -> Iterator[NameForm]:
    """The brand in pinyin, alone and after its region. A short one may be a word of another language."""
    if is_trade(brand):
        return
    for written in pinyin_spellings(brand):
        common = len(written) < _UNLIKE_ENGLISH or word_commonness(brand) is Commonness.EVERYDAY
        yield NameForm(written, Commonness.KNOWN if common else Commonness.DISTINCTIVE, is_brand=True)
        for place in places:
            for region in islice(pinyin_spellings(re.sub("[省市县区]$", "", place)), 1):
                yield NameForm(region + written, Commonness.DISTINCTIVE, is_brand=True)


def _initial_forms(places: list[str], rest: str, brand: str) -> Iterator[NameForm]:
    """The first letters: MEF of 迈尔弗, JNZC of 济南柱川, UJN of 济南大学. Others have such letters, too."""
    place = "".join(re.sub("[省市县区]$", "", name) for name in places)
    whole = {initials_of(place + rest), *university_initials(place + rest)}
    if not is_trade(brand):
        whole |= {initials_of(brand), initials_of(place + brand), initials_of(rest)}
    for letters in sorted(whole):
        if len(letters) >= LEAST_INITIALS and letters not in (*words_of("latin"), *words_of("abbreviations")):
            commonness = Commonness.KNOWN if len(letters) > LEAST_INITIALS else Commonness.EVERYDAY
            yield NameForm(letters, commonness, is_brand=True)


def _latin_forms(name: str) -> list[NameForm]:
    """`University of Eastmarch` and `Kestrelmoor Embedded Systems Ltd` are identified by one distinctive word."""
    whole = [letters_and_digits(name), letters_and_digits(_LATIN_LEGAL.sub("", name))]
    forms = [NameForm(text, Commonness.DISTINCTIVE) for text in whole if len(text) >= 4]
    stem = _LATIN_LEGAL.sub("", name)
    words = [word for word in re.findall(r"[^\W_]+", stem) if word not in words_of("latin")]
    words = [
        word for word in words if len(word) >= 2 and word not in ("of", "for", "and", "the", "de", "fur")
    ]
    if words:
        long = [word for word in words if len(word) >= 5 and not word.isdigit()]
        forms.append(NameForm((long or words)[0], _brand_commonness((long or words)[0]), is_brand=True))
        forms.append(NameForm(words[0], _brand_commonness(words[0]), is_brand=True))
    return forms


@cache
def _region_names() -> tuple[str, ...]:
    names = {"中国", "中华", *words_of("places")}
    for term in vocabulary("regions"):
        for label in (term.zh, *term.aliases):
            if re.fullmatch(r"[\u4e00-\u9fff]{2,}", label):
                names.add(label)
    return tuple(sorted(names, key=len, reverse=True))


def _split_region(name: str) -> tuple[list[str], str]:
    """Split a name into its leading regions (山东省, 济南市 …) and the rest, which keeps at least two characters."""
    taken: list[str] = []
    rest = name
    while True:
        region = next((region for region in _region_names() if rest.startswith(region)), None)
        if region is None and (place := _PLACE.match(rest)):
            region = place[0]
        if region and len(region) == 2 and rest[2:3] in ("省", "市", "县", "区"):
            region = rest[:3]
        if region is None or len(rest) - len(region) < 2:
            return taken, rest
        # 佛山 is the brand of 青岛佛山刀具, where nothing but the trade follows.
        if taken and region in words_of("places") and is_trade(_split_trades(rest[len(region) :])[0]):
            return taken, rest
        taken.append(region)
        rest = rest[len(region) :]


def _split_trades(stem: str) -> tuple[str, tuple[str, ...]]:
    """The brand and the trade words after it: 泽垚 and (泵阀, 铸造) from 泽垚泵阀铸造.

    Words of the list and other words of the dictionary come off the end while two characters are left.
    """
    latin = re.match(r"[a-z0-9]{2,}", stem)
    if latin and _HAN.search(stem[latin.end() :]):
        return latin[0], tuple(rjieba.cut(stem[latin.end() :], False))
    brand = stem
    while len(brand) > 2:
        last = next((word for word in _last_words(brand) if 2 <= len(word) <= len(brand) - 2), None)
        if last is None:
            break
        brand = brand[: -len(last)]
    # A known trade word in the middle also ends the brand: 磐冶重型铸造 → 磐冶.
    places = (brand.find(word, 2) for word in words_of("trade") if len(word) > 1)
    brand = brand[: min((place for place in places if place > 0), default=len(brand))]
    return brand, tuple(rjieba.cut(stem[len(brand) :], False)) if len(stem) > len(brand) else ()


def _last_words(text: str) -> list[str]:
    """The trade words at the end, the longest first. Names of people and places are no trade."""
    listed = [word for word in words_of("trade") if text.endswith(word)]
    word, sort = rjieba.tag(text, False)[-1]
    if not sort.startswith(("nr", "ns", "nz")) and rjieba.has_word(word):
        listed.append(word)
    return sorted(listed, key=len, reverse=True)

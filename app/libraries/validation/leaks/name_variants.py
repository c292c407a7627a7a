"""Short forms of an organisation's name that identify it: 济南泽垚泵阀铸造有限公司 is known as 泽垚 or 济南泽垚."""

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files

import rjieba

from app.libraries.vocabularies.catalogue import vocabulary

# Longest first: 股份有限公司 must match before 公司.
_LEGAL = re.compile(
    "(?:股份有限责任公司|集团股份有限公司|集团有限责任公司|股份有限公司|有限责任公司|集团有限公司|有限公司|分公司|子公司|公司|"
    "(?:\\(|（)?(?:有限合伙|普通合伙)(?:\\)|）)?|合伙企业|专业合作社联合社|专业合作社|合作社|集团|总厂|工厂|厂)+$"
)
_INSTITUTION = re.compile(
    "(?:大学|学院|研究总院|研究院|研究所|研究中心|中心医院|医院|实验室|服务站|服务中心|中心|委员会|协会|学会|院|所)$"
)
_LATIN_LEGAL = re.compile(
    r"[\s,]*\b(?:co\.?,?\s*ltd|ltd|limited|inc|llc|gmbh|ag|kg|plc|corp|corporation|company|s\.?a|b\.?v|pty|oy|ab|group)\b\.?",
    re.IGNORECASE,
)
_BRACKETED = re.compile("[(（][^)）]*[)）]")


@cache
def _words(kind: str) -> tuple[str, ...]:
    """One list of data/name_words.json, longest word first."""
    raw = (files(__package__) / "data" / "name_words.json").read_text(encoding="utf-8")
    words: list[str] = json.loads(raw)[kind]
    return tuple(sorted(words, key=len, reverse=True))


def fold_char(char: str) -> str:
    """Half-width and lower case of one character; folding character by character preserves positions."""
    return unicodedata.normalize("NFKC", char).casefold()


def strip_legal_form(text: str) -> str:
    """Only the letters and digits of the text, folded."""
    return "".join(piece for char in text for piece in fold_char(char) if piece.isalnum())


MAX_NAME = 200
"""No real name is longer; the limit bounds the work on arbitrary text in the field."""


def short_forms(name: str) -> tuple[str, ...]:
    """The name and the shorter forms that still identify the organisation, longest first, letters and digits only.

    Everyday words are left out: for 济南创新科技有限公司, 创新 identifies nothing but 济南创新科技 does.
    """
    name = name[:MAX_NAME]
    if not re.search(r"[\u4e00-\u9fff]", name):
        return _latin_forms(name)
    full = strip_legal_form(name)
    home = re.match("[\u4e00-\u9fff]{2,}?(?:大学|学院|研究院|研究所|医院)", name)
    core_text = strip_legal_form(_LEGAL.sub("", _BRACKETED.sub("", name).strip()))
    institution = _INSTITUTION.search(core_text)
    region, rest = _split_region(core_text)
    stem = _INSTITUTION.sub("", rest)
    forms = [full, strip_legal_form(_BRACKETED.sub("", name)), home[0] if home else ""]
    if institution:
        # 岱北理工 identifies 岱北理工大学; 山东大学 has no shorter form that identifies it.
        forms += [core_text if rest else "", stem if len(stem) >= 4 else ""]
    else:
        forms += [core_text if len(rest) >= 2 else "", rest if len(rest) >= 4 and _distinctive(rest) else ""]
    brand = _brand(stem)
    if len(brand) >= 2 and brand not in (*_words("trade"), *_words("everyday")):
        forms += [region + brand if region else "", brand if _distinctive(brand) else ""]
    unique = dict.fromkeys(form for form in forms if len(form) >= 2)
    return tuple(sorted(unique, key=len, reverse=True))


def _latin_forms(name: str) -> tuple[str, ...]:
    forms = [strip_legal_form(name), strip_legal_form(_LATIN_LEGAL.sub("", name))]
    words = [word for word in re.findall(r"[^\W\d_]{5,}", name.casefold()) if word not in _words("latin")]
    # `University of Eastmarch` and `Kestrelmoor Embedded Systems Ltd` are identified by one distinctive word.
    if words:
        forms.append(words[0])
    return tuple(sorted({form for form in forms if len(form) >= 4}, key=len, reverse=True))


@cache
def _region_names() -> tuple[str, ...]:
    names = {"中国", "中华"}
    for term in vocabulary("regions"):
        for label in (term.zh, *term.aliases):
            if re.fullmatch(r"[\u4e00-\u9fff]{2,}", label):
                names.add(label)
    return tuple(sorted(names, key=len, reverse=True))


def _split_region(name: str) -> tuple[str, str]:
    """Split a name into its leading regions (山东省济南市…) and the rest, which keeps at least two characters."""
    taken, rest = "", name
    while True:
        region = next((region for region in _region_names() if rest.startswith(region)), None)
        if region is None or len(rest) - len(region) < 2:
            return taken, rest
        taken, rest = taken + region, rest[len(region) :]


def _brand(stem: str) -> str:
    """The brand: what remains after removing trade words from the end, e.g. 泽垚 from 泽垚泵阀铸造."""
    brand = stem
    while True:
        trade = next((word for word in _words("trade") if brand.endswith(word)), None)
        if trade is None or len(brand) - len(trade) < 2:
            break
        brand = brand[: -len(trade)]
    # A known trade word in the middle also ends the brand: 磐冶重型铸造 → 磐冶.
    cut = min(
        (position for word in _words("trade") if (position := brand.find(word, 2)) > 0), default=len(brand)
    )
    return brand[:cut]


def _distinctive(brand: str) -> bool:
    """Whether the brand has a rare character or a part that is not a dictionary word; 循环经济 has neither."""
    return any(_rare(char) for char in brand) or any(len(piece) == 1 for piece in rjieba.cut(brand, False))


def _rare(char: str) -> bool:
    """Whether a character is outside the 3,755 common ones, which are rows 16 to 55 of GB 2312."""
    try:
        encoded = char.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return len(encoded) == 2 and encoded[0] - 0xA0 > 55

"""Written forms of codes in files: fields, ways of co-operation, stages, regions and the shorter lists.

A wording that fits several codes is asked about and never guessed. The vocabularies' own names and codes come first.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from app.exchange.values.choices import chosen
from app.exchange.values.readings import ValueNote, ValueReading, compact, is_empty_word, parts_of
from app.libraries.validation.values.codes import check_code
from app.vocabularies import vocabulary, vocabulary_names
from app.vocabularies.resolution import resolve
from app.vocabularies.vocabulary import fold_label

T = TypeVar("T")
_CONJUNCTIONS = re.compile(r"[\s+＋&]+|或者?|和|及|与|、")
_ENDINGS = ("技术领域", "产业领域", "技术", "产业", "领域", "行业", "类", "方向")
_LEVELS = re.compile(r"[—–－→>》]+|(?<=\D)-(?=\D)|::")
_CODE = re.compile(r"^[（(\[]?([A-Z]?\d{1,6})[)）\]]?\s*[、.．:：]?\s*(?=\D|$)")
_REMARK = re.compile(r"[（(]([^（）()]*)[）)]")
_ADMINISTRATIVE = re.compile(r"(?:中华人民共和国|中国)?(?:山东省?)?")
_JINAN = "370100"
MAX_WORDING = 1000
"""Characters of a cell in which wordings of a vocabulary are looked for: each costs a comparison with all terms."""


@cache
def _data() -> Mapping[str, Any]:
    text = (files(__package__) / "data" / "wordings.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


@cache
def _folded(name: str) -> Mapping[str, Any]:
    return {fold_label(wording): code for wording, code in _data().get(name, {}).items()}


def code_of(name: str, text: str) -> str | None:
    """The code of a wording in a vocabulary or in the list of written forms `name`; None if it is unknown."""
    key = fold_label(text)
    known = _folded(name)
    if key in known:
        return str(known[key])
    codes = resolve(name, text).codes if name in vocabulary_names() else ()
    return codes[0] if len(codes) == 1 else None


def read_code(name: str, text: str, zh: str, en: str) -> ValueReading:
    """One code; ticked boxes are read first. An unknown wording is a warning and no value.

    Args:
        name: a list of written forms, a vocabulary, or both.
        zh, en: what the value is called in messages.
    """
    option = chosen(text)[:MAX_WORDING]
    if is_empty_word(option):
        return ValueReading()
    plain = _REMARK.sub("", unicodedata.normalize("NFKC", option))
    parts = parts_of(plain)
    for candidate in (option, plain, *parts[:1], *_REMARK.findall(option)):
        code = code_of(name, candidate)
        if code is not None:
            several = len(parts) > 1 and candidate == parts[0]
            note = ValueNote("first_choice", "选了多项，取第一项", "several were chosen; the first was taken")
            return ValueReading(code, note if several else None)
    return ValueReading().warn(
        "unknown_wording",
        f"{zh}“{option[:30]}”不在词表中，未采用。",
        f"The {en} '{option[:30]}' is not in the vocabulary and was left out.",
    )


def read_fields(text: str, *, maximum: int = 3) -> ValueReading:
    """Codes of hightech fields: `资源与环境—水污染控制` is the narrower one, `新材料/高端装备` are two."""
    text = chosen(text)[:MAX_WORDING]
    reading = ValueReading([])
    if is_empty_word(text):
        return reading
    whole = _field(text)
    parts = parts_of(text)
    is_one = whole and (len(parts) == 1 or (len(whole) == 1 and not _begins_with_code(text)))
    pieces = [text] if is_one else parts
    for piece in pieces:
        codes = _field(piece)
        if codes is None:
            codes = next(
                (found for level in reversed(_LEVELS.split(piece)) if (found := _field(level))), None
            )
        if codes is None and (several := _all_of(piece, _field)):
            reading.value.extend(code for found in several for code in found)
            continue
        if codes:
            reading.value.extend(codes)
            if len(codes) > 1:
                reading.derived = ValueNote(
                    "several_fields", f"“{piece}”对应多个领域", f"'{piece}' stands for several fields"
                )
        else:
            _unknown_field(reading, piece)
    reading.value = list(dict.fromkeys(reading.value))
    _mark_partial(reading)
    if len(reading.value) > maximum:
        reading.warn(
            "too_many_fields",
            f"领域超过 {maximum} 个，取前 {maximum} 个。",
            f"There are more than {maximum} fields; the first {maximum} were taken.",
        )
        reading.value = reading.value[:maximum]
        reading.derived = ValueNote("first_fields", "只取前几个领域", "only the first fields were taken")
    return reading


def _all_of(piece: str, known: Callable[[str], T | None]) -> list[T]:
    """What the parts between blanks, 或, 和 and + mean, if each of them is known: 技术转让或许可, 新材料 高端装备."""
    parts = [part for part in _CONJUNCTIONS.split(piece) if part]
    found = [meaning for part in parts if (meaning := known(part)) is not None]
    return found if len(parts) > 1 and len(found) == len(parts) else []


def _begins_with_code(text: str) -> bool:
    """Whether a list begins with a code, and not with a code and the name that it has."""
    match = _CODE.match(unicodedata.normalize("NFKC", text).strip())
    terms = vocabulary("hightech_fields")
    if match is None or match[1] not in terms:
        return False
    return not fold_label(text).endswith(fold_label(terms.label(match[1])))


def _field(text: str) -> list[str] | None:
    folded = unicodedata.normalize("NFKC", text).strip()
    terms = vocabulary("hightech_fields")
    if match := _CODE.match(folded):
        if match[1] in terms:
            return [match[1]]
        folded = folded[match.end() :]
    folded = _REMARK.sub("", folded).strip() or folded
    forms = [folded, *(folded.removesuffix(ending) for ending in _ENDINGS if folded.endswith(ending))]
    for form in forms:
        if len(form) < 2:
            continue
        codes = resolve("hightech_fields", form).codes or _folded("hightech_fields").get(fold_label(form))
        if codes:
            return list(codes)
    return None


def _unknown_field(reading: ValueReading, piece: str) -> None:
    terms = vocabulary("hightech_fields")
    asked = fold_label(piece) in {fold_label(one) for one in _data()["ask"]["hightech_fields"]}
    hints = () if asked else terms.suggest(piece)
    hint = f"是否指：{terms.describe(hints)}？" if hints else "请选择领域。"
    reading.warn(
        "unknown_field",
        f"领域“{piece[:30]}”无法对应到高新技术领域。{hint}",
        f"The field '{piece[:30]}' fits no hightech field."
        + (f" Did you mean {terms.describe(hints, 'en')}?" if hints else ""),
    )


def read_modes(text: str) -> ValueReading:
    """Codes of transfer modes; an explanation in brackets after 其他 is read too."""
    text = chosen(text)[:MAX_WORDING]
    reading = ValueReading([])
    if is_empty_word(text):
        return reading
    explained = []
    for piece in [text] if code_of("transfer_modes", text) else parts_of(text):
        explained += _REMARK.findall(piece)
        plain = _REMARK.sub("", piece).strip() or piece
        code = code_of("transfer_modes", plain) or code_of("transfer_modes", piece)
        if code is None:
            code = next(
                (
                    one
                    for word in ("方式", "合作方式", "等")
                    if (one := code_of("transfer_modes", plain.removesuffix(word)))
                ),
                None,
            )
        if code is not None:
            reading.value.append(code)
            continue
        several = _all_of(plain, lambda part: code_of("transfer_modes", part))
        if several:
            reading.value.extend(several)
            continue
        _unknown_mode(reading, plain)
    for remark in explained:
        code = code_of("transfer_modes", remark)
        if code is not None and code not in reading.value:
            reading.value.append(code)
            reading.derived = ValueNote(
                "explanation", f"“{remark}”归入合作方式", f"'{remark}' was read as a way of co-operation"
            )
    reading.value = sorted(dict.fromkeys(reading.value), key=lambda code: code == "other")
    _mark_partial(reading)
    return reading


def _mark_partial(reading: ValueReading) -> None:
    """A list of which only some parts are known waits for a yes."""
    if reading.value and reading.warnings and reading.derived is None:
        reading.derived = ValueNote("partial", "有未识别的部分，请核对", "some parts of it are unknown")


def _unknown_mode(reading: ValueReading, piece: str) -> None:
    terms = vocabulary("transfer_modes")
    options = "、".join(term.zh for term in terms)
    reading.warn(
        "unknown_mode",
        f"方式“{piece[:30]}”无法识别，可选：{options}。",
        f"The mode '{piece[:30]}' is unknown; choose one of the vocabulary transfer_modes.",
    )


def licence_kind_of(text: str) -> str | None:
    """The kind of licence that a text names, if it names one alone."""
    found = {code for wording, code in _data()["licence_kinds"].items() if wording in compact(text)}
    return str(found.pop()) if len(found) == 1 else None


def read_stage(text: str) -> ValueReading:
    """A readiness level 1–9. A number wins; a stage in words is a deduction."""
    text = chosen(text)[:MAX_WORDING]
    if is_empty_word(text):
        return ValueReading()
    folded = unicodedata.normalize("NFKC", text)
    number = re.search(
        r"TRL[\s-]*([1-9])(?!\d)|(?<!\d)([1-9])\s*级|^\s*([1-9])(?:\.0)?\s*$", folded, re.IGNORECASE
    )
    if number:
        return ValueReading(int(next(group for group in number.groups() if group)))
    if (chinese := re.search("([一二三四五六七八九])级", folded)) is not None:
        return ValueReading("一二三四五六七八九".index(chinese[1]) + 1)
    stages: Mapping[str, int] = _folded("stages")
    plain = _REMARK.sub("", folded)
    for wording in (folded, plain, *parts_of(plain), *_REMARK.findall(folded)):
        for form in (wording, wording.removesuffix("阶段"), re.sub("^(?:处于|目前|正处于|已)", "", wording)):
            level = stages.get(fold_label(form))
            if level:
                note = ValueNote(
                    "stage",
                    f"“{wording.strip()}”按成熟度 {level} 级",
                    f"'{wording.strip()}' read as TRL {level}",
                )
                return ValueReading(level, note)
    return ValueReading().warn(
        "unknown_stage",
        f"成熟度“{text[:30]}”无法识别，请填 1–9。",
        f"The readiness '{text[:30]}' cannot be read; enter 1 to 9.",
    )


def read_region(text: str) -> ValueReading:
    """The GB/T 2260 code of a region; a functional area such as 高新区 gives the code above it, with a warning."""
    folded = unicodedata.normalize("NFKC", chosen(text)[:MAX_WORDING]).strip()
    if is_empty_word(folded):
        return ValueReading()
    if re.fullmatch(r"\d{6}", folded):
        return _region_code(folded)
    plain = compact(folded)
    for form in dict.fromkeys(
        (
            plain,
            plain.removeprefix("山东省"),
            plain.removeprefix("山东"),
            plain.replace("/", "").removeprefix("山东省"),
        )
    ):
        code = _region_of(form)
        if code is not None:
            return _functional(form, code)
    pieces = [piece for piece in re.split(r"[/\\、,，·\-—>]+", plain) if piece]
    for piece in reversed(pieces):
        code = _region_of(piece)
        if code is not None:
            return _functional(piece, code)
    found = region_in(plain)
    if found is not None:
        note = ValueNote(
            "region_in_text", f"由“{folded[:30]}”推断地区", f"the region was deduced from '{folded[:30]}'"
        )
        return ValueReading(found, note)
    return ValueReading().warn(
        "unknown_region",
        f"地区“{folded[:30]}”无法对应到行政区划代码。",
        f"The region '{folded[:30]}' has no code in GB/T 2260.",
    )


def _region_code(code: str) -> ValueReading:
    try:
        return ValueReading(check_code("regions", code))
    except ValueError:
        return ValueReading().warn(
            "unknown_region", f"行政区划代码 {code} 不存在。", f"There is no region {code}."
        )


def _region_of(name: str) -> str | None:
    known = _data()["regions"].get(name) or _data()["regions"].get(name.removeprefix("济南市"))
    if known:
        return str(known[0])
    codes = resolve("regions", name).codes
    return codes[0] if len(codes) == 1 and not name.isdigit() else None


def _functional(name: str, code: str) -> ValueReading:
    known = _data()["regions"].get(name) or _data()["regions"].get(name.removeprefix("济南市"))
    reading = ValueReading(code)
    if known and known[1] == "functional":
        reading.warn(
            "functional_area",
            f"“{name}”是功能区，没有行政区划代码，按 {code} 保存。",
            f"'{name}' is a functional area without a code; {code} is stored.",
        )
    return reading


def region_in(text: str) -> str | None:
    """The narrowest region that a text names, e.g. of 历城区科学技术局; None if it names none or several."""
    plain = compact(text)
    names = _region_names()
    found = {code for name, code in names.items() if name in plain}
    districts = {code for code in found if not code.endswith("00")}
    if len(districts) == 1:
        return districts.pop()
    if districts:
        return None
    cities = {code for code in found if not code.endswith("0000")}
    return cities.pop() if len(cities) == 1 else None


@cache
def _region_names() -> Mapping[str, str]:
    """Names by which a text mentions the regions of Shandong; 市中区 alone stands in many cities."""
    terms = vocabulary("regions")
    names = {}
    for term in terms:
        if term.code.startswith("37") and term.code != "370000":
            for name in (term.zh, *term.aliases):
                if len(name) >= 2 and name not in ("市中区", "市中"):
                    names[name] = term.code
    return names

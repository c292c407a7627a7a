"""Values of records as the text of a cell, in wordings that the importer reads without a deduction."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.vocabularies import resolve, vocabulary

Cell = str | int | Decimal | None
SEPARATOR = "；"
_SEPARATORS = re.compile(r"[、；;，,/／|｜┋\n（）()\[\]]")


def term(name: str, code: str | None) -> str | None:
    """The name of a code that means this code alone and has no separator; else the code with the name, or the code."""
    if code is None:
        return None
    terms = vocabulary(name)
    if code not in terms:
        return code
    known = terms.term(code)
    for label in (known.zh, *known.aliases):
        is_plain = re.search("[\u4e00-\u9fff]", label) and not _SEPARATORS.search(label)
        if is_plain and resolve(name, label).codes == (code,):
            return label
    if name in ("hightech_fields", "industries"):
        return f"{code} {_SEPARATORS.sub('', known.zh)}"
    return code


def terms(name: str, codes: Iterable[str] | None) -> str | None:
    """Several codes of a vocabulary."""
    return joined(term(name, code) for code in codes or ())


def region(code: str | None) -> str | None:
    """A region with what it lies in, without its province: 济南市历城区; else its code."""
    names = vocabulary("regions")
    if code is None or code not in names:
        return code
    path = [one for one in reversed((code, *names.parents(code))) if one == code or not one.endswith("0000")]
    text = "".join(names.label(one) for one in path)
    return text if resolve("regions", text).codes == (code,) else code


def regions(codes: Iterable[str] | None) -> str | None:
    """Several regions."""
    return joined(region(code) for code in codes or ())


def joined(texts: Iterable[str | None]) -> str | None:
    """Texts as one cell; None if there is none."""
    return SEPARATOR.join(text for text in texts if text) or None


def level(number: int | None) -> str | None:
    """A readiness level."""
    return None if number is None else f"{number}级"


def wan(text: str | Decimal | None) -> Decimal | None:
    """An amount in 万元 without idle zeros."""
    if text is None:
        return None
    amount = Decimal(text)
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()


def amount_range(low: str | None, high: str | None) -> Cell:
    """An amount, a range or a bound in 万元."""
    first, last = wan(low), wan(high)
    if first is None or last is None:
        if first is not None:
            return f"{first:f}以上"
        return None if last is None else f"不超过{last:f}"
    return first if first == last else f"{first:f}-{last:f}"


def yes(value: bool | None, words: tuple[str, str]) -> str | None:
    """One of two words."""
    return None if value is None else words[0] if value else words[1]


def entries(body: Mapping[str, Any], name: str, key: str) -> Sequence[str]:
    """The texts under a key in a list of entries."""
    return [str(one[key]) for one in body.get(name) or () if one.get(key)]

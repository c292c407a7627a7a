"""Units as they are written in Chinese and English records, converted with pint.

The pint registry takes a third of a second to build, so it is built on the first comparison.
"""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

import pint

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SIGN_VARIANTS = str.maketrans(
    {
        "µ": "μ",
        "％": "%",
        "／": "/",
        "•": "·",
        "⋅": "·",
        "∙": "·",
        "*": "·",
        "（": "(",
        "）": ")",
        "\u2126": "Ω",
    }
)
# cm⁻², m^2, m-1, m3. A minus with more figures or a unit after it is the sign of a range (5mm-8mm).
_EXPONENT = (
    r"(?:[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|\^-?[0-9]|-[1-4](?![0-9.A-Za-zμΩ%‰°℃\u4e00-\u9fff])(?=[·/)\s]|$)|[23](?![0-9.]))?"
)
_PRODUCT_SIGN = r"(?:·|\.(?=[A-Za-zμΩ]))"


class UnknownUnitError(ValueError):
    """A unit is not in the table, or two units measure different quantities."""


@cache
def _data() -> dict[str, Any]:
    raw = (files(__package__) / "data" / "units.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(raw)
    return data


@cache
def _table() -> dict[str, str]:
    units: dict[str, str] = _data()["units"]
    return {normalise_signs(name): expression for name, expression in units.items()}


@cache
def registry() -> pint.UnitRegistry[float]:
    """The pint registry with Chinese units, currency and counting units defined."""
    ureg: pint.UnitRegistry[float] = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    counted = set(re.findall(r"\b(?:count|level|hardness)_[A-Za-z]+\b", " ".join(_table().values())))
    for name in sorted(counted):
        ureg.define(f"{name} = [{name}]")
    for definition in _data()["definitions"]:
        ureg.define(definition)
    return ureg


@cache
def unit_pattern() -> str:
    """A regular expression for one unit, simple or compound: mg/L, kg/(m³·d), 元/吨, cm⁻², 次/分."""
    names = sorted(_table(), key=len, reverse=True)
    # dB(A) before dB, M欧 before M.
    mixed = "|".join(
        re.escape(name) for name in names if name.endswith(")") or (name[0].isascii() and name[-1] > "\u4e00")
    )
    latin = "|".join(re.escape(name) for name in names if name[-1].isascii() and name[-1].isalpha())
    others = "|".join(re.escape(name) for name in names if not (name[-1].isascii() and name[-1].isalpha()))
    # A Latin unit ends where the letters end (m is not the beginning of mol); a Chinese unit needs no boundary.
    atom = rf"(?:(?:{mixed})|(?:{latin})(?![A-Za-zΩμ]){_EXPONENT}|(?:{others}){_EXPONENT})"
    product = rf"{atom}(?:{_PRODUCT_SIGN}{atom})*"
    # A period or width in brackets keeps its number: g/(m²·24h).
    bracket = rf"\({product}(?:{_PRODUCT_SIGN}\d+\s?{atom})?\)"
    return rf"{product}(?:\s?/\s?(?:{product}|{bracket}))*"


@cache
def _atom_or_operator() -> re.Pattern[str]:
    names = sorted(_table(), key=len, reverse=True)
    return re.compile(
        rf"(?P<name>{'|'.join(map(re.escape, names))})(?P<power>{_EXPONENT})|(?P<sign>[·./()])|\s"
    )


def normalise_signs(text: str) -> str:
    """Use one sign for each of micro, percent, slash, product and brackets; superscripts are kept."""
    return text.translate(_SIGN_VARIANTS)


def is_unit(text: str) -> bool:
    """Whether the whole text is one known unit."""
    return re.fullmatch(unit_pattern(), normalise_signs(text.strip())) is not None


@cache
def unit_expression(text: str) -> str:
    """The unit as a pint expression. All factors after a slash divide, with or without brackets: W/m·K is W/(m·K).

    Raises:
        UnknownUnitError: the text contains an unknown unit.
    """
    unit = normalise_signs(text.strip())
    parts: list[str] = []
    divides = bracket = False
    position = 0
    while position < len(unit):
        match = _atom_or_operator().match(unit, position)
        if match is None:
            raise UnknownUnitError(text)
        position = match.end()
        if match["sign"] == "/":
            divides = True
            parts.append("/")
        elif match["sign"] in ("·", "."):
            parts.append("/" if divides and not bracket else "*")
        elif match["sign"]:
            bracket = match["sign"] == "("
            parts.append(match["sign"])
        elif match["name"]:
            power = match["power"].translate(_SUPERSCRIPTS).lstrip("^")
            parts.append(f"({_table()[match['name']]})" + (f"**({power})" if power else ""))
    return "".join(parts)


def convert(value: float, unit: str, to_unit: str, *, difference: bool = False) -> float:
    """Convert a value from `unit` to `to_unit`.

    Args:
        difference: the value is a difference, not a point on a scale, so 2 ℃ is 2 K and not 275.15 K.

    Raises:
        UnknownUnitError: a unit is unknown, or the units measure different quantities.
    """
    if normalise_signs(unit.strip()) == normalise_signs(to_unit.strip()):
        return value
    ureg = registry()
    expressions = [unit_expression(unit), unit_expression(to_unit)]
    if difference:
        expressions = [text.replace("degree_Celsius", "delta_degree_Celsius") for text in expressions]
    try:
        source, target = (ureg.parse_units(text) for text in expressions)
        return float(ureg.Quantity(value, source).to(target).magnitude)
    except (pint.DimensionalityError, pint.UndefinedUnitError, pint.OffsetUnitCalculusError) as error:
        raise UnknownUnitError(f"{unit} → {to_unit}") from error

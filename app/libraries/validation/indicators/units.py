"""Units as Chinese and English records write them, converted by pint.

Nothing is built before the first comparison: the registry takes a third of a second.
"""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

import pint

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUPERSCRIPT_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_SAME_SIGN = str.maketrans(
    {"µ": "μ", "％": "%", "／": "/", "·": "·", "•": "·", "⋅": "·", "*": "·", "（": "(", "）": ")"}
)
_EXPONENT = r"(?:[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|\^-?[0-9]|[23](?![0-9.]))?"


class UnknownUnitError(ValueError):
    """A unit that the table does not know, or two that measure different things."""


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
    """pint's registry with Chinese units, money and counting words defined."""
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
    latin = "|".join(re.escape(name) for name in names if name[-1].isascii() and name[-1].isalpha())
    others = "|".join(re.escape(name) for name in names if not (name[-1].isascii() and name[-1].isalpha()))
    # A Latin unit ends where the letters end (m is not the beginning of mol); a Chinese one needs no border.
    atom = rf"(?:(?:{latin})(?![A-Za-zΩμ]){_EXPONENT}|(?:{others}){_EXPONENT})"
    product = rf"{atom}(?:·{atom})*"
    return rf"{product}(?:/(?:{atom}|\({product}\)))*"


@cache
def _atom_or_operator() -> re.Pattern[str]:
    names = sorted(_table(), key=len, reverse=True)
    return re.compile(rf"(?P<name>{'|'.join(map(re.escape, names))})(?P<power>{_EXPONENT})|(?P<sign>[·/()])")


def normalise_signs(text: str) -> str:
    """One sign for each of micro, percent, slash, product and brackets; superscripts stay as they are."""
    return text.translate(_SAME_SIGN)


def is_unit(text: str) -> bool:
    """Whether the whole text is one unit that the table knows."""
    return re.fullmatch(unit_pattern(), normalise_signs(text.strip())) is not None


@cache
def unit_expression(text: str) -> str:
    """The unit as an expression of pint; raises UnknownUnitError."""
    unit = normalise_signs(text.strip())
    parts: list[str] = []
    position = 0
    while position < len(unit):
        found = _atom_or_operator().match(unit, position)
        if found is None:
            raise UnknownUnitError(text)
        position = found.end()
        if found["sign"]:
            parts.append({"·": "*"}.get(found["sign"], found["sign"]))
        else:
            power = found["power"].translate(_SUPERSCRIPTS).lstrip("^")
            parts.append(f"({_table()[found['name']]})" + (f"**({power})" if power else ""))
    return "".join(parts)


def convert(value: float, unit: str, to_unit: str, *, difference: bool = False) -> float:
    """`value` of `unit` in `to_unit`; raises UnknownUnitError where that has no meaning.

    `difference`: the value is a span, not a point of a scale, so that 2 ℃ is 2 K and not 275.15 K.
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


def fold_superscripts(text: str) -> str:
    """10⁻⁶ as 10^-6, for reading numbers."""
    return _SUPERSCRIPT_RUN.sub(lambda found: "^" + found[0].translate(_SUPERSCRIPTS), text)

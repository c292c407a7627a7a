"""统一社会信用代码 (unified social credit code), GB 32100-2015: 18 characters with a check character.

python-stdnum checks length, alphabet and check character, but requires eight leading digits, so it refuses codes of
the registries A, N and Y. It does not check the registry, the type or the inner organisation code.
"""

import unicodedata
from typing import Annotated, Any, LiteralString

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError
from stdnum.cn import uscc as stdnum_uscc

from app.vocabularies import vocabulary

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

# Registry → (Chinese name, English name, types that it issues), GB 32100-2015 table 1.
REGISTRIES: dict[str, tuple[str, str, str]] = {
    "1": ("机构编制", "Public institutions", "1239"),
    "2": ("外交", "Foreign affairs", "19"),
    "3": ("司法行政", "Justice", "123459"),
    "4": ("文化", "Culture", "19"),
    "5": ("民政", "Civil affairs", "1239"),
    "6": ("旅游", "Tourism", "129"),
    "7": ("宗教", "Religion", "129"),
    "8": ("工会", "Trade unions", "19"),
    "9": ("市场监管", "Market regulation", "123"),
    "A": ("中央军委改革和编制办公室", "Central Military Commission", "19"),
    "N": ("农业", "Agriculture", "1239"),
    "Y": ("其他", "Other", "1"),
}

_INNER_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# First digit of the region: provinces 11–82 and 10 (central registration, e.g. 100000).
_REGION_FIRST = "12345678"


def check_uscc(text: str) -> str:
    """Normalise a code to half width and upper case without separators; the error (a ValueError) names the invalid
    part in both languages."""
    code = "".join(char for char in unicodedata.normalize("NFKC", text).upper() if char not in " -\t\u3000")
    if len(code) != 18:
        raise _code_error(
            "uscc_length",
            f"统一社会信用代码应为 18 位，现有 {len(code)} 位。",
            f"A unified social credit code must have 18 characters; there are {len(code)}.",
        )
    if any(char not in ALPHABET for char in code) or not code[2:8].isdigit():
        raise _code_error(
            "uscc_characters",
            "统一社会信用代码只含数字和大写字母（不含 I、O、S、V、Z），第 3 至 8 位为数字。",
            "The code may contain only digits and capital letters (except I, O, S, V, Z); characters 3 to 8 must be "
            "digits.",
        )
    registry = REGISTRIES.get(code[0])
    if registry is None or code[1] not in registry[2] or code[2] not in _REGION_FIRST:
        raise _code_error(
            "uscc_registry",
            f"统一社会信用代码开头 {code[:3]} 不是有效的登记部门、机构类别和地区。",
            f"The code begins with {code[:3]}, which is not a valid registry, type and region.",
        )
    if code[17] != stdnum_uscc.calc_check_digit(code[:17]):
        raise _code_error(
            "uscc_check",
            "统一社会信用代码校验位不符，请逐位核对。",
            "The check character is wrong; check every character of the code.",
        )
    return code


def is_uscc(text: str) -> bool:
    """Whether `text` is a valid code in the form that `check_uscc` returns; for searching free text."""
    return (
        len(text) == 18
        and all(char in ALPHABET for char in text)
        and text[2:8].isdigit()
        and text[0] in REGISTRIES
        and text[1] in REGISTRIES[text[0]][2]
        and text[2] in _REGION_FIRST
        and text[17] == stdnum_uscc.calc_check_digit(text[:17])
    )


def region_of(text: str) -> str | None:
    """The region (GB/T 2260) of the registry that gave the code (characters 3–8, GB 32100-2015); None if it is no valid
    code, or its registry is a central one. A district that is no term of the vocabulary stands for its city or
    province.
    """
    try:
        code = check_uscc(text)[2:8]
    except PydanticCustomError:
        return None
    regions = vocabulary("regions")
    return next((one for one in (code, f"{code[:4]}00", f"{code[:2]}0000") if one in regions), None)


def matches_registry_code(code: str) -> bool:
    """Whether characters 9–17 are a GB 11714 organisation code with its own check character.

    Only an indication, not a reason to refuse a code: GB 32100 does not state the rule for every registry.
    """
    body, check = code[8:16], code[16]
    total = sum(
        _INNER_ALPHABET.index(char) * weight for char, weight in zip(body, _INNER_WEIGHTS, strict=True)
    )
    return "0123456789X0"[11 - total % 11] == check


def registry_name(code: str, lang: str = "zh") -> str:
    """The name of the registry of a valid code, e.g. 市场监管 for 91…"""
    return REGISTRIES[code[0]][1 if lang.startswith("en") else 0]


def _code_error(code: LiteralString, zh: str, en: str) -> PydanticCustomError:
    return PydanticCustomError(code, "{en}", {"zh": zh, "en": en})


def _uscc(value: Any) -> Any:
    return check_uscc(value) if isinstance(value, str) else value


Uscc = Annotated[str, BeforeValidator(_uscc)]

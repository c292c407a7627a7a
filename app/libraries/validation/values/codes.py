"""Values from a vocabulary: a code, or a label that resolves to one."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from app.libraries.validation.errors import field_error
from app.vocabularies import ReadCodes, resolve, vocabulary

_TRL = re.compile(r"\s*(?:TRL[\s-]*)?([0-9]{1,2})\s*级?\s*", re.IGNORECASE)


def check_code(name: str, value: str) -> str:
    """Resolve `value` to a code of the vocabulary `name`; the error suggests the codes that it may mean."""
    found = resolve(name, value)
    if len(found.codes) == 1:
        return found.codes[0]
    raise _unresolved(name, value, found)


def _unresolved(name: str, value: str, found: ReadCodes) -> PydanticCustomError:
    terms = vocabulary(name)
    suggestions = found.candidates or found.codes
    # The input is truncated in the message, in case a whole text was pasted by mistake.
    sent = value.strip()[:40]
    hint_zh = f"是否指：{terms.describe(suggestions)}？" if suggestions else ""
    hint_en = f" Did you mean {terms.describe(suggestions, 'en')}?" if suggestions else ""
    if len(found.codes) > 1:
        hint = terms.describe(found.codes), terms.describe(found.codes, "en")
        return field_error(
            "several_codes",
            zh=f"“{sent}”可指：{hint[0]}，请选一项。",
            en=f"'{sent}' may mean {hint[1]}; choose one.",
            vocabulary=name,
            suggestions=",".join(found.codes),
        )
    return field_error(
        "unknown_code",
        zh=f"“{sent}”不在“{terms.zh}”词表中。{hint_zh}",
        en=f"'{sent}' is not in the vocabulary '{terms.en}'.{hint_en}",
        vocabulary=name,
        suggestions=",".join(suggestions),
    )


def check_codes(name: str, values: Any, *, minimum: int = 0, maximum: int = 3) -> Any:
    """Resolve codes in the given order and drop duplicates. A text may hold several values, such as `新材料、环保`.
    Values of other types are left to pydantic."""
    if isinstance(values, str):
        values = [values]
    if not isinstance(values, (list, tuple)) or not all(isinstance(value, str) for value in values):
        return values
    codes = list(dict.fromkeys(code for value in values for code in _codes_in(name, value)))
    terms = vocabulary(name)
    if len(codes) < minimum:
        raise field_error(
            "too_few_codes",
            zh=f"“{terms.zh}”至少选 {minimum} 项。",
            en=f"Choose at least {minimum} of '{terms.en}'.",
        )
    if len(codes) > maximum:
        raise field_error(
            "too_many_codes",
            zh=f"“{terms.zh}”最多选 {maximum} 项，现有 {len(codes)} 项。",
            en=f"Choose at most {maximum} of '{terms.en}'; there are {len(codes)}.",
        )
    return codes


def _codes_in(name: str, value: str) -> tuple[str, ...]:
    found = resolve(name, value)
    if not found.codes:
        raise _unresolved(name, value, found)
    return found.codes


@dataclass(frozen=True, slots=True)
class CodeOf:
    """Annotation for one code of a vocabulary: `Annotated[str, CodeOf("regions")]`."""

    vocabulary: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: check_code(self.vocabulary, value) if isinstance(value, str) else value,
            handler(source),
        )


@dataclass(frozen=True, slots=True)
class CodesOf:
    """Annotation for a list of codes: `Annotated[list[str], CodesOf("hightech_fields", 1, 3)]`."""

    vocabulary: str
    minimum: int = 0
    maximum: int = 3

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda values: check_codes(self.vocabulary, values, minimum=self.minimum, maximum=self.maximum),
            handler(source),
        )


def check_trl(value: Any) -> Any:
    """Parse an integer 1–9, also written `TRL 7` or `7级`; other types are left to pydantic."""
    if not isinstance(value, (int, float, str)):
        return value
    match = _TRL.fullmatch(value) if isinstance(value, str) else None
    level = int(match[1]) if match else value
    # In Python True equals 1, but it is not a level.
    if not isinstance(level, (bool, str)) and level in range(1, 10):
        return int(level)
    raise field_error(
        "trl_range",
        zh="技术成熟度应为 1 至 9 的整数（1 基本原理，9 实际使用验证）。",
        en="The technology readiness level must be an integer from 1 to 9.",
    )


Trl = Annotated[int, BeforeValidator(check_trl, json_schema_input_type=int)]
RegionCode = Annotated[str, CodeOf("regions")]
LanguageCode = Annotated[str, CodeOf("languages")]
FieldCodes = Annotated[list[str], CodesOf("hightech_fields", 1, 3)]
StrategicCodes = Annotated[list[str], CodesOf("strategic_industries", 0, 3)]
IndustryCodes = Annotated[list[str], CodesOf("industries", 0, 3)]
JinanIndustryCode = Annotated[str, CodeOf("jinan_industries")]
TransferModes = Annotated[list[str], CodesOf("transfer_modes", 1, 9)]
CertificateLevelCode = Annotated[str, CodeOf("certificate_levels")]

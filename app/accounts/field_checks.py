"""Checks of names, e-mail addresses and region codes, shared by the API, the command line and bulk imports."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any, LiteralString

from pydantic import BeforeValidator, Field, validate_email
from pydantic_core import PydanticCustomError

from app.errors import Invalid, SankuError
from app.text.folding import fold_plain
from app.text.state_secrets import find_markings
from app.vocabularies import resolve, vocabulary

OVERSEAS = "000000"
_REGION = re.compile(r"[0-9]{6}")
_REGION_PART = re.compile(r"[0-9]{2,6}")


def clean_name(text: str) -> str:
    """NFC with single spaces. Refuses invisible characters, which could make two different names look the same."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if any(unicodedata.category(char).startswith("C") for char in text):
        raise _check_error(
            "text_hidden_character",
            "含有不可见的控制字符，请删除后重试。",
            "The text contains an invisible control character; remove it.",
        )
    return text


def clean_label(text: str) -> str:
    """A name that somebody gives to a thing of theirs: as `clean_name`, and not marked as a state secret."""
    text = clean_name(text)
    for marking in find_markings(text):
        if marking.certain:
            raise _check_error("state_secret", *marking.refusal)
    return text


def name_key(name: str) -> str:
    """Normalise a name for comparison: width, case, traditional characters, spaces and quotes are ignored.

    济南（泉城）科技, 济南(泉城) 科技 and 濟南(泉城)科技 are the same name.
    """
    return "".join(char for char in fold_plain(name) if not char.isspace() and char not in "\"'“”‘’·")


def check_email(text: str) -> str:
    """Check an e-mail address and return it in lower case, so that nobody can register the same address in another
    case."""
    try:
        _, address = validate_email(text)
    except PydanticCustomError as error:
        raise _check_error(
            "email",
            "邮箱格式不正确，正确格式如 name@example.com。",
            "The e-mail address is invalid; it must look like name@example.com.",
        ) from error
    if len(address) > 200:
        raise _check_error(
            "email_too_long", "邮箱至多 200 个字符。", "The e-mail address may have at most 200 characters."
        )
    return address.lower()


def check_region(text: str) -> str:
    """The GB/T 2260 code of a region given by code or name, as in the libraries. Any code of six digits is taken."""
    if _REGION.fullmatch(text.strip()):
        return text.strip()
    found = resolve("regions", text)
    if len(found.codes) == 1:
        return found.codes[0]
    terms, meant = vocabulary("regions"), found.codes or found.candidates
    hint = f"是否指：{terms.describe(meant)}？" if meant else ""
    hint_en = f" Did you mean {terms.describe(meant, 'en')}?" if meant else ""
    raise _check_error(
        "region",
        f"应为地区名称或 6 位行政区划代码（GB/T 2260），境外为 000000。{hint}",
        f"The region must be a name or a code of 6 digits (GB/T 2260); 000000 for overseas.{hint_en}",
    )


def check_region_part(text: str) -> str:
    """The beginning that the codes of a region and of all below it share; digits are taken as such a beginning."""
    code = text.strip() if _REGION_PART.fullmatch(text.strip()) else check_region(text)
    return code if code == OVERSEAS else re.sub(r"(?:00)+$", "", code)


def checked(field: str, check: Any, value: str) -> str:
    """Run one of the checks outside a pydantic schema.

    Raises:
        Invalid: the check fails; the error names `field`.
    """
    try:
        result: str = check(value)
        return result
    except PydanticCustomError as error:
        context = error.context or {}
        raise Invalid.field(field, error.type, str(context.get("zh")), str(context.get("en"))) from error


@contextmanager
def field_prefix(part: str) -> Iterator[None]:
    """Prefix the field names of errors with the part of the request that contains them."""
    try:
        yield
    except SankuError as error:
        error.fields = tuple(replace(field, field=f"{part}.{field.field}") for field in error.fields)
        raise


def _check_error(code: LiteralString, zh: str, en: str) -> PydanticCustomError:
    return PydanticCustomError(code, "{en}", {"zh": zh, "en": en})


def _on_text(check: Any) -> BeforeValidator:
    return BeforeValidator(lambda value: check(value) if isinstance(value, str) else value)


OrganisationNameText = Annotated[str, _on_text(clean_name), Field(min_length=2, max_length=120)]
PersonName = Annotated[str, _on_text(clean_name), Field(min_length=1, max_length=60)]
Label = Annotated[str, _on_text(clean_label), Field(min_length=1, max_length=60)]
Email = Annotated[str, _on_text(check_email), Field(max_length=200, json_schema_extra={"format": "email"})]
Region = Annotated[str, _on_text(check_region)]
RegionPart = Annotated[str, _on_text(check_region_part)]
Line = Annotated[str, _on_text(clean_label)]
"""Free text of one line, not marked as a state secret."""
Grounds = Annotated[Line, Field(min_length=2, max_length=300)]
"""Why the bureau decided so."""
SearchText = Annotated[str, _on_text(clean_name), Field(min_length=1, max_length=120)]

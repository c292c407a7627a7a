"""Values that only contracts have."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from app.libraries.schemas import Title
from app.libraries.validation.errors import field_error
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.codes import CodeOf
from app.libraries.validation.values.text import TextRule

_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{5,38}[0-9A-Z]")


def check_registration_no(text: str) -> str:
    """The number in half width and capitals, so that different spellings of one number are recognised."""
    folded = unicodedata.normalize("NFKC", text).strip().upper()
    if not _NUMBER.fullmatch(folded):
        raise field_error(
            "registration_no",
            zh="登记号应为 7–40 位字母、数字或连字符。",
            en="A registration number must have 7–40 letters, digits or hyphens.",
        )
    return folded


RegistrationNo = Annotated[str, AfterValidator(check_registration_no)]

Reason = Annotated[str, TextRule(1, 500, multiline=True), NotSecret]

ContractTitle = Annotated[Title, NotSecret]

Nature = Annotated[str, CodeOf("party_natures")]

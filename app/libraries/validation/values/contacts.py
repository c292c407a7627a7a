"""Telephone numbers and e-mail addresses, normalised to one stored form each."""

import re
import unicodedata
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import BeforeValidator

from app.libraries.validation.errors import field_error

MAX_EMAIL_LENGTH = 100

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
# Three-digit area codes are 010 and 02x; all others have four digits.
_LANDLINE = re.compile(
    r"(?:(?:\+?86|0086)-?)?(0?10|0?2[0-9]|0?[3-9][0-9]{2})-?([0-9]{3,4}-?[0-9]{4})(?:(?:-|转|ext)([0-9]{1,6}))?"
)
_MASKED = re.compile(r"[*＊×●•]{2,}|X{3,}")
_INTERNATIONAL = re.compile(r"\+(?!86)[1-9][0-9]{6,14}")


def _compact(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).strip().lower()
    folded = re.sub("[\u2010-\u2015\u2212]", "-", folded)
    return re.sub(r"[\s().·]", "", folded)


def check_mobile(text: str) -> str:
    """Normalise a Chinese mobile number to 11 digits; +86, spaces and hyphens are accepted."""
    match = _MOBILE.fullmatch(_compact(text).replace("-", ""))
    if match is None:
        raise field_error(
            "mobile_format",
            zh="手机号应为 11 位数字，以 13 至 19 开头，如 13800000001。",
            en="A mobile number must have 11 digits and begin with 13 to 19, e.g. 13800000001.",
        )
    return match[1]


def check_landline(text: str) -> str:
    """Normalise a landline number to area code, 7–8 digits and optional extension: 0531-88880001-123."""
    compact = _compact(text)
    match = _LANDLINE.fullmatch(compact)
    if match is None or not (compact.startswith("0") or compact.startswith(("+86", "86"))):
        raise field_error(
            "landline_format",
            zh="固定电话应含区号，如 0531-88880001，分机写作 0531-88880001-123。",
            en="A landline number needs an area code, e.g. 0531-88880001. Append an extension with a hyphen.",
        )
    area = "0" + match[1].removeprefix("0")
    return "-".join(part for part in (area, match[2].replace("-", ""), match[3]) if part)


def check_phone(text: str) -> str:
    """Normalise a mobile or landline number, or an international number to `+` and digits."""
    compact = _compact(text)
    if _MOBILE.fullmatch(compact.replace("-", "")):
        return check_mobile(text)
    if _LANDLINE.fullmatch(compact) and compact.startswith(("0", "+86", "86")):
        return check_landline(text)
    international = compact.replace("-", "")
    if international.startswith("00"):
        international = "+" + international[2:]
    if _INTERNATIONAL.fullmatch(international):
        return international
    raise field_error(
        "phone_format",
        zh="电话应为 11 位手机号、带区号的固定电话（0531-88880001），或以 + 开头的国际号码。",
        en="Enter an 11-digit mobile number, a landline number with area code (0531-88880001), or an international "
        "number beginning with +.",
    )


def check_email(text: str) -> str:
    """Normalise an e-mail address of at most 100 characters, domain in lower case. Deliverability is not checked."""
    stripped = unicodedata.normalize("NFKC", text).strip()
    if len(stripped) <= MAX_EMAIL_LENGTH:
        try:
            # Reserved domains such as .test are allowed, so that a trial installation needs no real addresses.
            return validate_email(stripped, check_deliverability=False, test_environment=True).normalized
        except EmailNotValidError as error:
            raise _email_error() from error
    raise _email_error()


def _email_error() -> Exception:
    return field_error(
        "email_format",
        zh=f"电子邮箱格式应如 name@example.com，最长 {MAX_EMAIL_LENGTH} 个字符。",
        en=f"An e-mail address must look like name@example.com and have at most {MAX_EMAIL_LENGTH} characters.",
    )


def check_unmasked(text: str) -> str:
    """Refuse a contact that is masked with two or more stars, as lists and files of others show it."""
    if is_masked(text):
        raise field_error(
            "masked_contact",
            zh="联系方式已脱敏（含 *），不能作为联系方式入库；不修改时请不要提交此字段。",
            en="The contact is masked with * and cannot be stored as a contact. Leave the field out to keep it.",
        )
    return text


def is_masked(text: str) -> bool:
    """Whether a contact is masked."""
    return _MASKED.search(unicodedata.normalize("NFKC", text)) is not None


def _unmasked(value: Any) -> Any:
    return check_unmasked(value) if isinstance(value, str) else value


def _phone(value: Any) -> Any:
    return check_phone(value) if isinstance(value, str) else value


def _email(value: Any) -> Any:
    return check_email(value) if isinstance(value, str) else value


Phone = Annotated[str, BeforeValidator(_phone)]
Email = Annotated[str, BeforeValidator(_email)]
Unmasked = BeforeValidator(_unmasked)
"""For contacts: what is shown in their place does not replace them."""

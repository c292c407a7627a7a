"""Contacts in cells that mix name, telephone and e-mail. Masked contacts and identity numbers are never taken."""

import re
import unicodedata
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from app.exchange.values.people import read_person
from app.exchange.values.readings import ValueNote, ValueReading, is_empty_word
from app.libraries.validation.values.contacts import check_email, check_phone, is_masked

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9])(?<![A-Za-z0-9][.+_-])[A-Za-z0-9][\w.+-]{0,63}+@[\w-]+(?:\.[\w-]+)+", re.ASCII
)
_PHONE = re.compile(
    r"(?:\+?86[-\s]?)?1[3-9]\d(?:[-\s]?\d{4}){2}(?:\.0)?(?!\d)"
    r"|(?:\(?0\d{2,3}\)?[-\s]?)\d{3,4}[-\s]?\d{4}(?:\s*(?:-|转|ext\.?)\s*\d{1,6})?(?!\d)"
    r"|[48]00[-\s]?\d{3,4}[-\s]?\d{3,4}|(?<!\d)[2-8]\d{7}(?!\d)"
)
_ASIDE = re.compile(r"[（(][^（）()\d]*[）)]")
_LABELS = re.compile(
    r"(?:联系人|联系电话|联系方式|电话|手机|邮箱|电子邮箱|座机|办公|tel|email|e-mail|微信同号)\s*[:：]?",
    re.IGNORECASE,
)
_IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])"
)


@dataclass(frozen=True, slots=True)
class ContactParts:
    """Parts of a contact; empty where the text has none."""

    name: str = ""
    phone: str = ""
    email: str = ""


def read_contact(text: str, *, area_code: str = "") -> ValueReading:
    """Name, telephone and e-mail of a text; of several telephones the first mobile.

    Args:
        area_code: for a landline number without one; the result is then a deduction.
    """
    if is_empty_word(text):
        return ValueReading(ContactParts())
    folded = unicodedata.normalize("NFKC", text)
    if is_masked(folded):
        return ValueReading(ContactParts()).warn(
            "masked_contact",
            "联系方式已脱敏（含 *），不能作为联系方式入库。",
            "The contact is masked with * and cannot be stored as a contact.",
        )
    reading = ValueReading()
    email = _email(folded, reading)
    rest = _EMAIL.sub(" ", folded)
    phone = _phone(rest, area_code, reading)
    name = _LABELS.sub(" ", _ASIDE.sub(" ", _PHONE.sub(" ", rest)))
    name = re.sub(r"[\d\-/;；,，、()（）+]+", " ", name).strip(" :：.。")
    person = read_person(name) if name else ValueReading("")
    reading.derived = reading.derived or (person.derived if person.value else None)
    reading.value = ContactParts(person.value or "", phone, email)
    return reading


def _email(text: str, reading: ValueReading) -> str:
    for candidate in _EMAIL.findall(text):
        try:
            return check_email(candidate)
        except (PydanticCustomError, ValueError):
            reading.warn(
                "email_format",
                f"邮箱“{candidate[:40]}”格式不对。",
                f"The e-mail address '{candidate[:40]}' is invalid.",
            )
    return ""


def _phone(text: str, area_code: str, reading: ValueReading) -> str:
    found = []
    for candidate in _PHONE.findall(text):
        plain = candidate.removesuffix(".0").strip()
        if re.fullmatch(r"[2-8]\d{7}", plain):
            if not area_code:
                reading.warn(
                    "landline_format",
                    f"固定电话 {plain} 缺区号，请补充。",
                    f"The landline number {plain} lacks the area code.",
                )
                continue
            plain = f"{area_code}-{plain}"
            reading.derived = ValueNote(
                "area_code", f"区号 {area_code} 按所在地补", f"the area code {area_code} was added by region"
            )
        try:
            found.append(check_phone(plain))
        except (PydanticCustomError, ValueError):
            reading.warn(
                "phone_format",
                f"电话“{candidate.strip()}”格式不对，应为手机号或带区号的固定电话。",
                f"The number '{candidate.strip()}' is neither a mobile number nor a landline number with area code.",
            )
    if not found and re.search(r"\d{5,}", text) and not reading.warnings:
        reading.warn(
            "phone_format",
            "电话无法识别，应为 11 位手机号或带区号的固定电话。",
            "The telephone number cannot be read.",
        )
    return next((one for one in found if one.startswith("1")), found[0] if found else "")


def without_identity_numbers(text: str) -> tuple[str, bool]:
    """The text without identity card numbers, and whether there was one."""
    cleaned = _IDENTITY.sub("（身份证号已删除）", text)
    return cleaned, cleaned != text

"""Numbers of intellectual property rights: Chinese patents with check digit, software copyrights and others.

Patent numbers follow ZC 0006-2003: year (4 digits), kind (1), serial (7), a dot and a check digit; before October 2003
year (2), kind (1), serial (5). A patent number is the application number with the prefix `ZL`.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.libraries.validation.errors import field_error
from app.libraries.validation.values.text import TextRule

Family = Literal["patent", "software_copyright", "foreign_patent", "other"]

FIRST_YEAR = 1985
"""The Chinese patent office accepted its first applications on 1 April 1985."""

_PATENT = re.compile(r"(?:ZL|CN)?(?:(\d{4})([12389])\d{7}|(\d{2})([12389])\d{5})\.?([\dX])")
_PATENT_LIKE = re.compile(r"(?:ZL|CN)[\d.X]+|\d{8,13}\.?[\dX]")
_SOFTWARE = re.compile(r"(?:软著登字第|软著登字|软著登|软著)?((\d{4})SR\d{6,7})号?")
_SOFTWARE_SERIAL = re.compile(r"软著登字第(\d{7,8})号?")
_OFFICES = "US|EP|JP|KR|DE|GB|FR|IT|ES|NL|SE|CH|RU|EA|AU|CA|IN|BR|SG|IL|TW|HK|MO"
_FOREIGN = re.compile(
    r"PCT/[A-Z]{2}\d{4}/\d{5,6}|WO\d{4}/?\d{5,6}(?:A\d)?|" + rf"(?:{_OFFICES})\d{{4,12}}(?:[A-Z]\d?)?"
)
_KINDS = {
    "1": "invention_patent",
    "8": "invention_patent",
    "2": "utility_model",
    "9": "utility_model",
    "3": "design_patent",
}
_PATENT_TYPES = frozenset(_KINDS.values())


@dataclass(frozen=True, slots=True)
class IpNumber:
    """A normalised number. `ip_type` is a code of ip_types or None; `verified`: its check digit is correct."""

    number: str
    family: Family
    ip_type: str | None
    year: int | None
    verified: bool


def patent_check_digit(digits: str) -> str:
    """The check digit of the 8 or 12 digits before the dot: Σ digit × weight mod 11, with cyclic weights 2–9; 10 is
    written X."""
    remainder = sum(int(digit) * (2 + index % 8) for index, digit in enumerate(digits)) % 11
    return "X" if remainder == 10 else str(remainder)


def read_ip_number(text: str) -> IpNumber:
    """Recognise and normalise a number without requiring a correct check digit, for data published by others."""
    compact = re.sub(r"[\s\u3000]", "", unicodedata.normalize("NFKC", text).upper())
    compact = re.sub(r"^(?:专利号|申请号|登记号|NO\.?)[::]?", "", compact)
    if match := _PATENT.fullmatch(compact):
        digits = re.sub(r"\D", "", compact.removeprefix("ZL").removeprefix("CN")[:-1])
        year = int(match[1]) if match[1] else _old_year(int(match[3]))
        number = f"ZL{digits}.{match[5]}"
        return IpNumber(
            number, "patent", _KINDS[match[2] or match[4]], year, patent_check_digit(digits) == match[5]
        )
    if match := _SOFTWARE.fullmatch(compact):
        return IpNumber(match[1], "software_copyright", "software_copyright", int(match[2]), False)
    if match := _SOFTWARE_SERIAL.fullmatch(compact):
        return IpNumber(f"软著登字第{match[1]}号", "software_copyright", "software_copyright", None, False)
    bare = compact.replace(",", "").replace("-", "").replace(".", "")
    if _FOREIGN.fullmatch(bare):
        return IpNumber(bare, "foreign_patent", None, None, False)
    return IpNumber(TextRule(1, 60)(text), "other", None, None, False)


def _old_year(short: int) -> int:
    return 1900 + short if short >= FIRST_YEAR % 100 else 2000 + short


def check_ip_number(text: str, *, ip_type: str | None = None, today: date) -> IpNumber:
    """Normalise a number and check it against its type; the error states the correct form.

    Patents: format, check digit, year (1985 to this year), and the kind digit against `ip_type`. Software copyrights:
    format and year. Other types may have any form of 1–60 characters.
    """
    number = read_ip_number(text)
    if number.family == "patent":
        _check_patent(number, ip_type, today)
    elif number.family == "software_copyright":
        if ip_type not in (None, "software_copyright"):
            raise _type_mismatch("软件著作权登记号", "a software copyright number")
        _check_year(number.year, today, first=1991)
    elif _looks_like_patent(text) or (ip_type in _PATENT_TYPES and number.family == "other"):
        raise field_error(
            "patent_format",
            zh="专利号应为 ZL 加 12 位数字、点和校验位，如 ZL201310699744.2（2003 年 10 月前为 8 位数字加校验位）。",
            en="A patent number consists of ZL, 12 digits, a dot and a check digit, e.g. ZL201310699744.2 "
            "(8 digits and a check digit before October 2003).",
        )
    elif ip_type == "software_copyright":
        raise field_error(
            "software_copyright_format",
            zh="软件著作权登记号应如 2021SR0672215。",
            en="A software copyright number must look like 2021SR0672215.",
        )
    return number


def _looks_like_patent(text: str) -> bool:
    compact = re.sub(r"\s", "", unicodedata.normalize("NFKC", text).upper())
    return _PATENT_LIKE.fullmatch(compact) is not None


def _check_patent(number: IpNumber, ip_type: str | None, today: date) -> None:
    digits, check = number.number.removeprefix("ZL").split(".")
    if not number.verified:
        expected = patent_check_digit(digits)
        raise field_error(
            "patent_check",
            zh=f"专利号校验位不符：前 {len(digits)} 位对应的校验位是 {expected}，现为 {check}，请逐位核对。",
            en=f"The check digit is wrong: the first {len(digits)} digits require {expected}, not {check}. "
            "Check every digit.",
        )
    _check_year(number.year, today, first=FIRST_YEAR)
    if ip_type is not None and ip_type != number.ip_type:
        kinds = {
            "invention_patent": "发明专利",
            "utility_model": "实用新型专利",
            "design_patent": "外观设计专利",
        }
        actual = number.ip_type or ""
        raise _type_mismatch(f"{kinds[actual]}号", f"a number of type {actual}")


def _check_year(year: int | None, today: date, *, first: int) -> None:
    if year is not None and not first <= year <= today.year:
        raise field_error(
            "ip_year",
            zh=f"号码中的年份 {year} 应在 {first} 至 {today.year} 之间。",
            en=f"The year {year} in the number must be between {first} and {today.year}.",
        )


def _type_mismatch(zh: str, en: str) -> Exception:
    return field_error(
        "ip_type_mismatch",
        zh=f"所填为{zh}，与所选知识产权类型不一致。",
        en=f"This is {en}, which does not match the selected type of right.",
    )

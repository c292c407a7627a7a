"""Dates in the formats of forms and spreadsheets, and the rule for deadlines."""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from app.libraries.validation.errors import field_error

MAX_YEARS_AHEAD = 10
"""A later deadline is assumed to be a typing error; published lists of demands run at most 36 months."""

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_FORMAT_ZH = "日期格式应为 2027-06-30，且须为有效日期。"
_FORMAT_EN = "Enter a valid date in the format 2027-06-30."


def check_date(value: Any) -> Any:
    """Parse a date, or text such as 2027-06-30, 2027/6/30 or 2027年6月30日; other types are left to pydantic."""
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, str):
        return value
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", value).strip())
    if match is None:
        raise field_error("date_format", zh=_FORMAT_ZH, en=_FORMAT_EN)
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as error:
        raise field_error("date_format", zh=_FORMAT_ZH, en=_FORMAT_EN) from error


def check_deadline(deadline: date, *, today: date) -> date:
    """Check a deadline for publishing: not before today and at most `MAX_YEARS_AHEAD` years ahead. A draft may have a
    past deadline."""
    if deadline < today:
        raise field_error(
            "deadline_past",
            zh=f"截止日期 {deadline} 已过，请改为 {today} 或以后。",
            en=f"The deadline {deadline} has passed; choose {today} or later.",
        )
    if deadline.year > today.year + MAX_YEARS_AHEAD:
        raise field_error(
            "deadline_far",
            zh=f"截止日期 {deadline} 过远，请检查年份。",
            en=f"The deadline {deadline} is too far ahead; check the year.",
        )
    return deadline


Day = Annotated[date, BeforeValidator(check_date, json_schema_input_type=date)]

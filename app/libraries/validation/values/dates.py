"""Dates as forms and spreadsheets give them, and the rule for a deadline."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from app.libraries.validation.errors import field_error

MAX_YEARS_AHEAD = 10
"""A deadline further away is a slip of the pen; lists of needs run at most 36 months."""

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_FORMAT_ZH = "日期格式应为 2027-06-30，且须为真实日期。"
_FORMAT_EN = "The date must be a real one, written like 2027-06-30."


def check_date(value: Any) -> Any:
    """A date, or text as 2027-06-30, 2027/6/30, 2027年6月30日; other types are left to pydantic."""
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, str):
        return value
    found = _DATE.fullmatch(value.strip())
    if found is None:
        raise field_error("date_format", zh=_FORMAT_ZH, en=_FORMAT_EN)
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError as error:
        raise field_error("date_format", zh=_FORMAT_ZH, en=_FORMAT_EN) from error


def check_deadline(deadline: date, *, today: date) -> date:
    """For publishing: today or later, and at most ten years ahead. A draft may keep a past date."""
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

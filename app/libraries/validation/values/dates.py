"""Dates in the formats of forms and spreadsheets, and the rule for deadlines."""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from app.clock import today as local_today
from app.libraries.validation.errors import field_error

MAX_YEARS_AHEAD = 10
"""A later deadline is assumed to be a typing error; published lists of demands run at most 36 months."""

EARLIEST = date(1950, 1, 1)
"""What people state of themselves and their work lies after this day; an earlier one is a typing error."""

YEARS_OF_VALIDITY = 50
"""No right or certificate holds longer; what holds for good has no last day."""

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


def last_plausible_day() -> date:
    """The last day of a validity that can be meant."""
    return date(local_today().year + YEARS_OF_VALIDITY, 12, 31)


def check_past_day(day: date, *, field: str | None = None) -> date:
    """Check the day of something that has happened: from `EARLIEST` to today. A check of a whole body names the
    `field`."""
    if not EARLIEST <= day <= local_today():
        raise field_error(
            "day_not_past",
            zh=f"日期 {day} 应在 {EARLIEST} 至今天（{local_today()}）之间，请检查年份。",
            en=f"The day {day} must be between {EARLIEST} and today, {local_today()}; check the year.",
            **({"field": field} if field else {}),
        )
    return day


def check_last_day(day: date, *, field: str | None = None) -> date:
    """Check the last day of a validity: from `EARLIEST` to the end of the next `YEARS_OF_VALIDITY` years. A check of a
    whole body names the `field`."""
    if not EARLIEST <= day <= last_plausible_day():
        raise field_error(
            "last_day_range",
            zh=f"有效期 {day} 应在 {EARLIEST} 至 {last_plausible_day()} 之间，请检查年份；长期有效请留空。",
            en=f"The last day {day} must be between {EARLIEST} and {last_plausible_day()}; check the year. Leave it "
            "out for what has no end.",
            **({"field": field} if field else {}),
        )
    return day


def check_moment(moment: datetime) -> datetime:
    """Check a moment that somebody plans: in the years from 2000 to `MAX_YEARS_AHEAD` years ahead."""
    latest = local_today().year + MAX_YEARS_AHEAD
    # The offset may lead out of the years that exist.
    if not 2000 <= moment.year <= latest:
        raise field_error(
            "moment_range",
            zh=f"时间应在 2000 至 {latest} 年之间，请检查年份。",
            en=f"The year must be from 2000 to {latest}; check it.",
        )
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(check_moment)]
Day = Annotated[date, BeforeValidator(check_date, json_schema_input_type=date)]
PastDay = Annotated[Day, AfterValidator(check_past_day)]

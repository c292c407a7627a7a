"""Settings of the calendar: holidays and make-up working days (调休) that the State Council has announced."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Self

import holidays
from pydantic import BaseModel, Field, model_validator

from app.settings.types import Names

_FIRST_YEAR, _LAST_YEAR = 2020, 2099
_LONGEST = 31
_SATURDAY = 5
_OBSERVED = "(observed)"


@dataclass(frozen=True, slots=True)
class AnnouncedYear:
    """What is entered for one year; it takes the place of what the package `holidays` knows of the year."""

    holidays: frozenset[date]
    make_up_days: frozenset[date]


class CalendarSettings(BaseModel):
    """Working days"""

    holidays: Names = Field(
        default=[],
        description="Public holidays as the State Council announced them, separated by commas: days and periods "
        "(`2027-01-01/2027-01-03, 2027-02-05/2027-02-11`). A year that is named here has these and no others. "
        "Default: those of the package `holidays`.",
    )
    make_up_days: Names = Field(
        default=[],
        description="Saturdays and Sundays that are worked in exchange (调休), separated by commas "
        "(`2027-02-14, 2027-09-26`); the holidays of their year are required with them.",
    )

    @model_validator(mode="after")
    def refuse_impossible_days(self) -> Self:
        """One error names every fault of both lists: who enters a year of them does so once."""
        off, faults = _read(self.holidays, "SANKU_HOLIDAYS")
        worked, others = _read(self.make_up_days, "SANKU_MAKE_UP_DAYS")
        faults += others
        # Days that could not be read would be missing for no reason.
        faults += _faults_of(off, worked, is_whole=not faults)
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @cached_property
    def announced_years(self) -> dict[int, AnnouncedYear]:
        """Year → what is entered for it."""
        off, worked = set(_read(self.holidays, "")[0]), set(_read(self.make_up_days, "")[0])
        return {
            year: AnnouncedYear(
                frozenset(day for day in off if day.year == year),
                frozenset(day for day in worked if day.year == year),
            )
            for year in sorted({day.year for day in off})
        }


def _read(entries: Sequence[str], setting: str) -> tuple[list[date], list[str]]:
    """The days, in the order in which they are entered, and what is wrong with the entries."""
    days: list[date] = []
    faults: list[str] = []
    for entry in entries:
        first, slash, last = (part.strip() for part in entry.partition("/"))
        try:
            start = date.fromisoformat(first)
            end = date.fromisoformat(last) if slash else start
        except ValueError:
            faults.append(
                f"{setting}: {entry!r} is no day or period, such as 2027-02-14 or 2027-02-05/2027-02-11 (日期无效)"
            )
            continue
        if not _FIRST_YEAR <= start.year <= end.year <= _LAST_YEAR:
            faults.append(
                f"{setting}: {entry!r}: the years must be {_FIRST_YEAR}–{_LAST_YEAR}, in order (年份有误)"
            )
        elif not timedelta(0) <= end - start < timedelta(days=_LONGEST):
            faults.append(
                f"{setting}: {entry!r} must end after it begins, and have at most {_LONGEST} days (起止日期有误)"
            )
        else:
            days += [start + timedelta(days=count) for count in range((end - start).days + 1)]
    return days, faults


def _faults_of(off: Sequence[date], worked: Sequence[date], *, is_whole: bool) -> Iterator[str]:
    for name, days in (("SANKU_HOLIDAYS", off), ("SANKU_MAKE_UP_DAYS", worked)):
        for day in sorted({day for day in days if days.count(day) > 1}):
            yield f"{name}: {day} is there twice (日期重复)"
    for day in sorted(set(worked)):
        if day in off:
            yield f"{day} is in SANKU_HOLIDAYS and in SANKU_MAKE_UP_DAYS; it can only be one of them (既放假又上班)"
        elif day.weekday() < _SATURDAY:
            yield f"SANKU_MAKE_UP_DAYS: {day} is neither a Saturday nor a Sunday (补班日应为周六或周日)"
    if not is_whole:
        return
    years = {day.year for day in off}
    for year in sorted({day.year for day in worked} - years):
        yield f"SANKU_HOLIDAYS has no day of {year}; enter the holidays of the year, too (请同时填写该年的放假日期)"
    for year in sorted(years):
        for day, name in sorted(holidays.country_holidays("CN", years=year, language="en_US").items()):
            if day.weekday() < _SATURDAY and day not in off and not name.endswith(_OBSERVED):
                yield f"SANKU_HOLIDAYS: {day} is missing, a statutory holiday: {name} (缺少法定节假日)"

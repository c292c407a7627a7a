"""Checks of a manager's record across its fields."""

from collections.abc import Iterator
from datetime import date

from app.clock import today
from app.errors import FieldError
from app.libraries.managers.models import Manager
from app.libraries.validation.cross_field_checks import is_end, is_past, is_within
from app.libraries.validation.values.dates import MAX_YEARS_AHEAD


def check(manager: Manager) -> Iterator[FieldError]:
    primary = [entry.organisation_id for entry in manager.affiliations if entry.is_primary]
    if manager.owner_org_id not in primary:
        yield FieldError(
            "affiliations",
            "one_primary",
            "所属单位应为主要任职单位",
            "the owner must be the organisation of the primary affiliation",
        )
    yield from _check_days(manager)


def _check_days(manager: Manager) -> Iterator[FieldError]:
    """Years that nobody means. A post or an interest may begin or end some years ahead."""
    latest = date(today().year + MAX_YEARS_AHEAD, 12, 31)
    for index, paper in enumerate(manager.certificates or ()):
        issued = paper.get("issued_on")
        yield from is_past(f"certificates.{index}.issued_on", issued)
        yield from is_end(f"certificates.{index}.valid_to", paper.get("valid_to"), issued)
    for index, work in enumerate(manager.track_record or ()):
        if (year := work.get("year")) and year > today().year:
            yield FieldError(
                f"track_record.{index}.year",
                "year_future",
                f"年份 {year} 晚于今年，业绩应为已促成的项目",
                f"{year} is later than this year; the track record holds what is done",
            )
    for index, post in enumerate(manager.affiliations):
        yield from is_within(f"affiliations.{index}.start", post.start, latest)
        yield from is_within(f"affiliations.{index}.end", post.end, latest)
    for name in ("leave", "declared_conflicts"):
        for index, period in enumerate(getattr(manager, name) or ()):
            for end in ("start", "end"):
                yield from is_within(f"{name}.{index}.{end}", period.get(end), latest)

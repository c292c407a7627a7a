"""Checks across the fields of preferences."""

from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any

from app.errors import FieldError, Invalid
from app.pushes.preferences.working_time import QuietHours


def check_preferences(values: Mapping[str, Any]) -> None:
    """Cross-field checks; the single fields were validated by the schema.

    Raises:
        Invalid: one end of the quiet hours is missing, the quiet hours are empty or contain the digest hour, the daily
            limit exceeds the weekly one, or the score for immediate notification is below the minimum score.
    """
    errors = [*_time_errors(values), *_limit_errors(values)]
    if errors:
        raise Invalid(fields=errors)


def _time_errors(values: Mapping[str, Any]) -> Iterator[FieldError]:
    start, end = values["quiet_from"], values["quiet_until"]
    if (start is None) != (end is None):
        missing = "quiet_from" if start is None else "quiet_until"
        yield FieldError(
            missing,
            "quiet_hours_half",
            "免打扰时段的起止时间应同时填写，或同时为空",
            "must be given if the other end of the quiet hours is given",
        )
    elif start is not None and start == end:
        yield FieldError(
            "quiet_until",
            "quiet_hours_empty",
            "免打扰时段的起止时间不能相同；全天不接收请将 frequency 设为 none",
            "must differ from quiet_from; to receive no messages, set frequency to none",
        )
    elif start is not None and QuietHours(time.fromisoformat(start), time.fromisoformat(end)).cover(
        time(values["digest_hour"])
    ):
        yield FieldError(
            "digest_hour",
            "digest_in_quiet_hours",
            f"每日清单的时间应在免打扰时段（{start}–{end}）之外",
            f"must be outside the quiet hours ({start}–{end})",
        )


def _limit_errors(values: Mapping[str, Any]) -> Iterator[FieldError]:
    day, week = values.get("per_day"), values.get("per_week")
    if day is not None and week is not None and day > week:
        yield FieldError(
            "per_day",
            "day_above_week",
            f"每日上限不能大于每周上限 {week}",
            f"must not exceed the weekly limit of {week}",
        )
    minimum, immediate = values.get("minimum_score"), values.get("immediate_score")
    if minimum is not None and immediate is not None and immediate < minimum:
        yield FieldError(
            "immediate_score",
            "immediate_below_minimum",
            f"即时提醒的匹配分不能低于最低匹配分 {minimum}",
            f"must not be below minimum_score ({minimum})",
        )

"""When a digest is due: never off its hour and days, once in its day or week, whenever the worker looks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import is_working_day
from app.pushes.digests.schedule import digest_window
from app.pushes.preferences.models import Frequency
from app.pushes.preferences.values import ContactTimes
from app.pushes.preferences.working_time import local

moments = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 6, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
wishes = st.builds(
    ContactTimes,
    frequency=st.sampled_from(Frequency),
    digest_hour=st.integers(0, 23),
    weekday=st.integers(1, 7),
    on_days_off=st.booleans(),
)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@given(moment=moments, times=wishes)
def test_a_digest_is_due_at_its_hour_on_its_days(moment: datetime, times: ContactTimes) -> None:
    turn = digest_window(times, moment)
    if turn is None:
        return
    assert times.frequency is not Frequency.NONE
    assert turn.cutoff <= moment
    assert local(turn.cutoff).hour == times.digest_hour
    day = local(moment).date()
    assert turn.since <= day <= turn.until
    assert times.on_days_off or is_working_day(day)
    if times.frequency is Frequency.WEEKLY:
        assert (turn.since.isoweekday(), turn.until - turn.since) == (times.weekday, timedelta(days=6))
        assert turn.since <= local(turn.cutoff).date() <= turn.until
    else:
        assert turn.since == turn.until == local(turn.cutoff).date()


@given(moment=moments, times=wishes, later=st.integers(0, 7 * 24 * 60))
def test_all_turns_of_a_period_are_one(moment: datetime, times: ContactTimes, later: int) -> None:
    """Two looks in the same day or week find the same cut-off, so a list made at the first is known at the second."""
    one, other = (
        digest_window(times, moment),
        digest_window(times, moment + timedelta(minutes=later)),
    )
    if one is not None and other is not None and other.since <= one.until:
        assert one == other


@given(moment=moments, times=wishes.filter(lambda times: times.frequency is not Frequency.NONE))
def test_a_manager_who_wants_digests_gets_one_within_three_weeks(
    moment: datetime, times: ContactTimes
) -> None:
    hours = range(21 * 24)
    assert any(digest_window(times, moment + timedelta(hours=n)) is not None for n in hours)


@pytest.mark.parametrize(
    ("now", "times", "cutoff"),
    [
        ("2026-11-26T08:59", ContactTimes(), None),
        ("2026-11-26T09:00", ContactTimes(), "2026-11-26T09:00"),
        ("2026-11-26T23:30", ContactTimes(), "2026-11-26T09:00"),
        ("2026-11-28T10:00", ContactTimes(), None),  # a Saturday
        ("2026-11-28T10:00", ContactTimes(on_days_off=True), "2026-11-28T09:00"),
        ("2026-10-10T10:00", ContactTimes(), "2026-10-10T09:00"),  # a Saturday worked
        ("2026-11-26T10:00", ContactTimes(frequency=Frequency.NONE), None),
        # Too early for this week's; last week's, should it not have been made.
        ("2026-11-24T10:00", ContactTimes(frequency=Frequency.WEEKLY, weekday=3), "2026-11-18T09:00"),
        ("2026-11-30T10:00", ContactTimes(frequency=Frequency.WEEKLY, weekday=6), "2026-11-30T09:00"),
        ("2026-11-26T10:00", ContactTimes(frequency=Frequency.WEEKLY, weekday=3), "2026-11-25T09:00"),
        # Monday to Wednesday are off: the week's list comes on Thursday.
        ("2026-10-08T10:00", ContactTimes(frequency=Frequency.WEEKLY), "2026-10-08T09:00"),
        # A whole week off has none.
        ("2026-02-20T10:00", ContactTimes(frequency=Frequency.WEEKLY), None),
    ],
)
def test_days_as_they_are(now: str, times: ContactTimes, cutoff: str | None) -> None:
    turn = digest_window(times, shanghai(now))
    assert (turn.cutoff if turn else None) == (shanghai(cutoff) if cutoff else None)


def test_a_week_begins_on_the_day_that_was_wished() -> None:
    turn = digest_window(ContactTimes(frequency=Frequency.WEEKLY, weekday=2), shanghai("2026-11-26T10:00"))
    assert turn is not None
    assert (turn.since, turn.until) == (date(2026, 11, 24), date(2026, 11, 30))

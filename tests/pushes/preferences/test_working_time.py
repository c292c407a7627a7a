"""Working days and quiet hours: known days, and properties over all of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
import structlog
from hypothesis import assume, given
from hypothesis import strategies as st

from app import clock
from app.bootstrap.services import build_services, close
from app.clock import add_working_days, is_working_day, last_day_of_period, working_day_from
from app.pushes.preferences.working_time import (
    ContactWindow,
    QuietHours,
    end_of_working_days,
    local,
    next_contact_time,
)
from app.settings import Settings
from tests.support.embedders import BigramEmbedder
from tests.test_settings import HOLIDAYS_2029

days = st.dates(date(2024, 1, 1), date(2027, 11, 30))
moments = st.integers(0, 3 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2024, 6, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
quiet_hours = (
    st.tuples(clocks, clocks).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: QuietHours(*pair))
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 16), False),  # New Year's Eve, a Monday
        (date(2026, 2, 23), False),  # the last of nine days
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),  # a Saturday worked
        (date(2026, 10, 1), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # a Saturday worked for the National Day
        (date(2026, 11, 28), False),  # a Saturday like any
        (date(2026, 11, 26), True),
        (date(2027, 2, 8), False),  # the Spring Festival, a statutory holiday
    ],
)
def test_public_holidays_and_the_days_worked_for_them(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_a_year_whose_exchange_is_not_known_yet_is_logged_once_and_keeps_weekends() -> None:
    clock._year.cache_clear()
    with structlog.testing.capture_logs() as logs:
        found = [is_working_day(date(2093, 6, 1) + timedelta(days=n)) for n in range(7)]
        assert is_working_day(date(2026, 6, 1))
    assert found.count(False) == 2
    assert [(line["event"], line["year"]) for line in logs] == [("no_make_up_days_known", 2093)]


@pytest.fixture
def announced(settings: Settings) -> Iterator[None]:
    """A service that knows the days off of 2029 and the Sunday that is worked for them."""
    services = build_services(
        settings.model_copy(update={"holidays": HOLIDAYS_2029, "make_up_days": ["2029-02-25"]}),
        embedder=BigramEmbedder(),
    )
    yield
    close(services)
    clock.use_announced_years({})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("announced")
def test_the_settings_know_what_the_package_does_not_know_yet() -> None:
    with structlog.testing.capture_logs() as logs:
        assert not is_working_day(date(2029, 2, 16))  # a Friday off by exchange
        assert is_working_day(date(2029, 2, 25))  # a Sunday worked
        assert not is_working_day(date(2029, 2, 24))
    assert not logs
    # Pushed on Friday, due after Monday 19 to Friday 23 and the Sunday.
    pushed = datetime(2029, 2, 9, 4, tzinfo=UTC)
    assert end_of_working_days(pushed, 5) == datetime(2029, 2, 23, 16, tzinfo=UTC)
    assert end_of_working_days(pushed, 6) == datetime(2029, 2, 25, 16, tzinfo=UTC)
    window = ContactWindow(None, days_off=True)
    assert next_contact_time(datetime(2029, 2, 24, 4, tzinfo=UTC), window) == datetime(
        2029, 2, 24, 16, tzinfo=UTC
    )
    assert is_working_day(date(2026, 2, 14)), "other years stay as the package knows them"


@given(day=days, count=st.integers(1, 30))
def test_working_days_ahead_are_working_days_and_so_many(day: date, count: int) -> None:
    end = add_working_days(day, count)
    assert is_working_day(end)
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(map(is_working_day, between)) == count


@given(one=days, other=days, count=st.integers(1, 15), more=st.integers(0, 15))
def test_adding_working_days_is_monotone(one: date, other: date, count: int, more: int) -> None:
    early, late = sorted((one, other))
    assert add_working_days(early, count) <= add_working_days(late, count)
    assert add_working_days(early, count) <= add_working_days(early, count + more)


@given(day=days, count=st.integers(-3, 0))
def test_no_working_days_cannot_be_added(day: date, count: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        add_working_days(day, count)


@given(day=days)
def test_the_next_working_day_is_the_first(day: date) -> None:
    found = working_day_from(day)
    assert is_working_day(found)
    assert not any(is_working_day(day + timedelta(days=n)) for n in range((found - day).days))


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2026, 5, 4), 36, date(2029, 5, 3)),
        (date(2027, 1, 1), 12, date(2027, 12, 31)),
        (date(2028, 2, 29), 36, date(2031, 2, 28)),  # no 29 February in 2031
        (date(2028, 2, 29), 48, date(2032, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
    ],
)
def test_a_period_of_months_ends_on_the_day_before_the_same_day(first: date, months: int, last: date) -> None:
    assert last_day_of_period(first, months) == last


def test_an_answer_is_due_at_the_end_of_the_last_working_day() -> None:
    # Thursday 24 September 2026, 23:30 in Jinan: Friday to Sunday are the Mid-Autumn holiday.
    pushed = datetime(2026, 9, 24, 15, 30, tzinfo=UTC)
    assert end_of_working_days(pushed, 2) == datetime(2026, 9, 29, 16, tzinfo=UTC)


@given(moment=moments, quiet=quiet_hours, days_off=st.booleans())
def test_no_message_is_due_in_quiet_hours_or_early(
    moment: datetime, quiet: QuietHours, days_off: bool
) -> None:
    due = next_contact_time(moment, ContactWindow(quiet, days_off=days_off))
    assert due.tzinfo is UTC
    assert due >= moment
    assert not quiet.cover(local(due).time())
    assert not (days_off and not is_working_day(local(due).date()))
    assert next_contact_time(due, ContactWindow(quiet, days_off=days_off)) == due


@given(moment=moments, quiet=quiet_hours)
def test_quiet_hours_put_off_by_less_than_a_day(moment: datetime, quiet: QuietHours) -> None:
    due = next_contact_time(moment, ContactWindow(quiet, days_off=False))
    assert due - moment < timedelta(days=1)
    if not quiet.cover(local(moment).time()):
        assert due == moment


@given(moment=moments, quiet=quiet_hours)
def test_a_message_waits_for_no_longer_than_it_must(moment: datetime, quiet: QuietHours) -> None:
    """The minute before the due one lies in the quiet hours: nothing earlier would have done."""
    due = next_contact_time(moment, ContactWindow(quiet, days_off=False))
    assume(due != moment)
    assert quiet.cover(local(due - timedelta(microseconds=1)).time())


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        ("2026-11-26T13:59:00", "2026-11-26T13:59:00"),  # 21:59 in Jinan
        ("2026-11-26T14:00:00", "2026-11-27T00:00:00"),  # 22:00 → 08:00 of the next day
        ("2026-11-26T16:30:00", "2026-11-27T00:00:00"),  # 00:30, the same night
        ("2026-11-27T14:00:00", "2026-11-30T00:00:00"),  # Friday night → Monday
        ("2026-09-30T15:00:00", "2026-10-08T00:00:00"),  # over the National Day
    ],
)
def test_quiet_hours_over_midnight(sent: str, due: str) -> None:
    calm = ContactWindow(QuietHours(time(22), time(8)))
    found = next_contact_time(datetime.fromisoformat(sent).replace(tzinfo=UTC), calm)
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


@given(clock=clocks)
def test_quiet_hours_of_no_length_are_refused(clock: time) -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        QuietHours(clock, clock)

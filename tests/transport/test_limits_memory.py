"""Limits on requests: when a refused caller may come back, and what is remembered of callers and of refusals."""

import gc
import weakref

import pytest
from starlette.requests import Request

from app.errors import TooManyRequests
from app.transport.request_counts import KEYS, SlidingMinute
from app.transport.request_limits import RequestLimits


class Clock:
    def __init__(self, seconds: float = 600.0) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


def request_of(address: str = "203.0.113.1", cookie: str = "sanku=a") -> Request:
    headers = [(b"cookie", cookie.encode())]
    return Request({"type": "http", "headers": headers, "client": (address, 50_000), "state": {}})


@pytest.mark.parametrize(("used", "at"), [(60, 605.0), (60, 659.0), (3, 640.0)])
def test_who_comes_back_when_told_is_let_in(used: int, at: float) -> None:
    clock = Clock(at)
    minute = SlidingMinute(used, clock=clock)
    assert [minute.count("a") for _ in range(used)] == [0] * used
    wait = minute.count("a")
    clock.seconds = at + wait - 1.001
    assert minute.count("a") > 0
    clock.seconds = at + wait
    assert minute.count("a") == 0


def test_after_a_full_minute_requests_are_spread_over_the_next() -> None:
    clock = Clock(659.0)
    minute = SlidingMinute(60, clock=clock)
    for _ in range(60):
        minute.count("a")
    clock.seconds = 690.0
    assert [minute.count("a") for _ in range(31)] == [0] * 30 + [1]
    clock.seconds = 691.0
    assert minute.count("a") == 0
    clock.seconds = 900.0
    assert [minute.count("a") for _ in range(60)] == [0] * 60


def test_a_refusal_tells_the_seconds_to_the_callers_next_request() -> None:
    clock = Clock(610.0)
    limits = RequestLimits(per_caller=60, per_organisation=0, per_address=0, clock=clock)
    for _ in range(60):
        limits.count_caller(request_of(), caller="a", organisation=None)
    with pytest.raises(TooManyRequests, match="in 51 seconds") as refused:
        limits.count_caller(request_of(), caller="a", organisation=None)
    assert refused.value.headers["Retry-After"] == "51"


def test_the_memory_of_callers_is_bounded() -> None:
    clock = Clock()
    minute = SlidingMinute(2, clock=clock)
    for number in range(2 * KEYS):
        minute.count(str(number))
    assert len(minute) == KEYS
    assert minute.count(str(2 * KEYS - 1)) == 0 and minute.count(str(2 * KEYS - 1)) > 0
    clock.seconds += 120.0
    minute.count("a")
    assert len(minute) == 1


def test_what_is_remembered_of_a_refusal_keeps_nothing_of_its_request() -> None:
    limits = RequestLimits(per_caller=1, per_organisation=0, per_address=0)
    requests = [request_of(cookie=f"sanku={number}") for number in range(3)]
    limits.count_caller(requests[0], caller="a", organisation=None)
    for request in requests[1:]:
        with pytest.raises(TooManyRequests):
            limits.count_caller(request, caller="a", organisation=None)
    with pytest.raises(TooManyRequests):
        limits.count_address(request_of(cookie="sanku=2"))
    known = [weakref.ref(request) for request in requests]
    del requests, request
    gc.collect()
    assert [one() for one in known] == [None, None, None]


def test_what_the_organisation_may_not_send_costs_its_caller_nothing() -> None:
    clock = Clock(600.0)
    limits = RequestLimits(per_caller=2, per_organisation=2, per_address=0, clock=clock)
    for _ in range(2):
        limits.count_caller(request_of(), caller="colleague", organisation="works")
    for _ in range(3):
        with pytest.raises(TooManyRequests, match="Your organisation"):
            limits.count_caller(request_of(), caller="a", organisation="works")
    for _ in range(2):
        limits.count_caller(request_of(), caller="a", organisation="works of next year")

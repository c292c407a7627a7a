"""Quotas: who asks pays for what was answered, and learns when to come back."""

import pytest

from app.errors import TooManyRequests
from app.load_limits.quota import PreviewQuota, Quota, WallQuota
from app.load_limits.turn import Holder
from app.load_limits.window import KEYS, MovingWindow


def test_a_question_that_all_strangers_together_may_not_ask_costs_its_address_nothing() -> None:
    quota = PreviewQuota(per_address=1, together=1)
    quota.count("203.0.113.1")
    for _ in range(3):
        with pytest.raises(TooManyRequests) as refused:
            quota.count("203.0.113.2")
        assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
    with pytest.raises(TooManyRequests) as refused:
        quota.count("203.0.113.1")
    assert int(refused.value.headers["Retry-After"]) > 60


def test_an_address_that_asks_on_takes_nothing_from_other_strangers() -> None:
    quota = PreviewQuota(per_address=1, together=2)
    quota.count("203.0.113.1")
    for _ in range(3):
        with pytest.raises(TooManyRequests):
            quota.count("203.0.113.1")
    quota.count("203.0.113.2")


def test_who_comes_back_when_told_is_let_in() -> None:
    seconds = 100.0
    quota = PreviewQuota(per_address=2, together=9, clock=lambda: seconds)
    quota.count("203.0.113.1")
    seconds = 700.5
    quota.count("203.0.113.1")
    with pytest.raises(TooManyRequests, match="50 minutes") as refused:
        quota.count("203.0.113.1")
    assert refused.value.headers["Retry-After"] == "3000"
    seconds += 3000
    quota.count("203.0.113.1")


def test_addresses_are_forgotten_after_their_hour_and_never_too_many() -> None:
    seconds = 100.0
    window = MovingWindow(3, 3600, clock=lambda: seconds)
    for number in range(KEYS + 10):
        window.count(str(number))
    assert len(window) == KEYS
    seconds += 3600
    window.count("a")
    assert len(window) == 1


def test_a_question_that_the_organisation_may_not_ask_costs_its_user_nothing() -> None:
    quota = Quota(per_holder=2, per_organisation=2)
    for _ in range(2):
        quota.count(Holder("colleague", "works"))
    for _ in range(3):
        with pytest.raises(TooManyRequests, match="At most 2") as refused:
            quota.count(Holder("a", "works"))
        assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
    for _ in range(2):
        quota.count(Holder("a", "other works"))
    with pytest.raises(TooManyRequests):
        quota.count(Holder("a", "third works"))


def test_who_asked_too_often_may_ask_again_after_the_seconds_of_the_refusal() -> None:
    seconds = 100.0
    quota = Quota(per_holder=1, per_organisation=9, clock=lambda: seconds)
    wall = WallQuota(per_link=1, clock=lambda: seconds)
    quota.count(Holder("a", "works"))
    wall.count("link")
    seconds += 12.5
    with pytest.raises(TooManyRequests) as refused:
        quota.count(Holder("a", "works"))
    assert refused.value.headers["Retry-After"] == "48"
    with pytest.raises(TooManyRequests) as refused:
        wall.count("link")
    assert refused.value.headers["Retry-After"] == "48"
    wall.count("another link")
    seconds += 48
    quota.count(Holder("a", "works"))
    wall.count("link")

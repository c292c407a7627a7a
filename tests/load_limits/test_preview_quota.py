"""Questions of strangers: an address pays for what was answered."""

import pytest

from app.errors import TooManyRequests
from app.load_limits.quota import PreviewQuota


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

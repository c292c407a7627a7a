"""The garbage collector of a process that lives long."""

import gc
from collections.abc import Iterator

import pytest

from app.workers import garbage


@pytest.fixture
def kept() -> Iterator[None]:
    gc.disable()  # only the searches of the test
    gc.unfreeze()  # what earlier tests froze may end meanwhile, and would be counted
    garbage.keep_long_lived_objects()
    yield
    gc.callbacks.pop()
    gc.enable()


@pytest.mark.usefixtures("kept")
def test_what_survived_a_long_search_is_not_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "LONG_SEARCH", 0.0)
    stays = [[number] for number in range(1000)]
    gc.collect(0)
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert gc.get_freeze_count() >= len(stays)


@pytest.mark.usefixtures("kept")
def test_a_short_search_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "LONG_SEARCH", 3600.0)
    gc.collect()
    assert gc.get_freeze_count() == 0

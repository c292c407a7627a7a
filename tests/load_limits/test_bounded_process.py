"""Foreign bytes are worked on beside the service, within bounds."""

import pytest

from app.load_limits.bounded_process import Bounds, TaskFailed, TaskStopped, run_bounded

WORK = "tests.load_limits.bounded_work"
BOUNDS = Bounds(memory=1024**3, processor=1, wait=300)


def test_the_answer_is_all_that_comes_back() -> None:
    assert run_bounded(WORK, "涂层".encode(), BOUNDS).decode() == "层涂"


@pytest.mark.parametrize(
    ("data", "ended"),
    [
        (b"\xff", TaskFailed),
        (b"too much", TaskFailed),
        (b"endless", TaskStopped),
        (b"a file", TaskFailed),
    ],
)
def test_what_has_no_answer_says_whether_it_failed_or_went_too_far(
    data: bytes, ended: type[Exception]
) -> None:
    with pytest.raises(ended):
        run_bounded(WORK, data, BOUNDS)


def test_the_process_does_not_know_the_secrets_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANKU_SECRET_KEY", "k" * 48)
    monkeypatch.setenv("SANKU_DATABASE_URL", "postgresql://sanku:password@localhost/sanku")
    seen = run_bounded(WORK, b"surroundings", BOUNDS).decode()
    assert "PYTHONUTF8" in seen
    assert "SANKU" not in seen

"""Foreign bytes are worked on beside the service, within bounds."""

import pytest

from app.load_limits.bounded_process import Bounds, TaskFailed, TaskStopped, run_bounded

WORK = "tests.load_limits.bounded_work"
BOUNDS = Bounds(memory=1024**3, processor=1, wait=300)


def test_the_answer_is_all_that_comes_back() -> None:
    assert run_bounded(WORK, "涂层".encode(), BOUNDS).decode() == "层涂"


@pytest.mark.parametrize(
    ("data", "ended"), [(b"\xff", TaskFailed), (b"too much", TaskFailed), (b"endless", TaskStopped)]
)
def test_what_has_no_answer_says_whether_it_failed_or_went_too_far(
    data: bytes, ended: type[Exception]
) -> None:
    with pytest.raises(ended):
        run_bounded(WORK, data, BOUNDS)

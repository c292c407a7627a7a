"""What the house rules parse is kept for their time."""

from collections.abc import Iterator

import pytest

from tests.house_rules import source


@pytest.fixture(autouse=True, scope="package")
def parsed_once() -> Iterator[None]:
    yield
    source.forget()

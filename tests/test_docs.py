"""What the guides ask a reader to type: every call is one of the API, and uses what was set before it."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from tests.support.paths import REPOSITORY

GUIDES = ("README.md", "README.zh.md", "docs/api.md")
# What a shell has set already.
FROM_THE_SHELL = {"HOME", "PWD"}

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
_SET = re.compile(r"^(?:for )?\s*([A-Z]+)(?:=| in )", flags=re.MULTILINE)
_USED = re.compile(r"\$\{?([A-Z]+)\b")
_PATH = re.compile(r"\$BASE(/v1[^\s\"?]*)")


def blocks(guide: str) -> Iterator[str]:
    for found in _BLOCK.finditer((REPOSITORY / guide).read_text(encoding="utf-8")):
        yield found[1]


@pytest.mark.parametrize("guide", GUIDES)
def test_nothing_is_used_before_it_is_set(guide: str) -> None:
    known, missing = set(FROM_THE_SHELL), []
    for block in blocks(guide):
        for line in block.splitlines():
            set_here = set(_SET.findall(line))
            missing += [name for name in _USED.findall(line) if name not in known | set_here]
            known |= set_here
    assert not missing


@pytest.mark.parametrize("guide", GUIDES)
def test_every_address_is_one_of_the_api(guide: str, client: TestClient) -> None:
    templates = [
        re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$")
        for path in client.get("/openapi.json").json()["paths"]
    ]
    asked = {path for block in blocks(guide) for path in _PATH.findall(block) if not re.search(r"\$\d", path)}
    assert asked
    assert not [path for path in asked if not any(template.match(path) for template in templates)]


def test_steps_of_the_guide_are_counted_in_order() -> None:
    text = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")
    steps = [int(number) for number in re.findall(r"^### (\d+)\. ", text, flags=re.MULTILINE)]
    assert steps == list(range(len(steps)))

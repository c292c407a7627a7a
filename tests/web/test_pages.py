"""Every page for every reader: the map of pages decides who may open it, and whatever opens is a sound page."""

import re
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from app.accounts.models import OFFICES, Role
from app.web.page import built_pages, open_page
from app.web.pages import BUREAU, BY_ADDRESS, PAGES
from app.web.security import is_page
from tests.web.html import faults_of, text_of
from tests.web.readers import ReaderOf

READERS = (None, *Role)
PARAMETERS = {
    "number": "JN-D-2026-999999",
    "other": "JN-A-2026-999999",
    "topic": "nothing",
    "part": "nothing",
}
NIL = "00000000-0000-0000-0000-000000000000"


def example(address: str) -> str:
    """The address with parameters that lead to no record."""
    parts = (PARAMETERS.get(part[1:-1], NIL) if part.startswith("{") else part for part in address.split("/"))
    return "/".join(parts)


# The other language, people and organisations of tests, and the document that the rules of recognition quote.
_NAMES = r"中文|李明|济南样例机构 ?\d+ ?号|济科发〔\d+〕\d+号 \S+|济南市科学技术局"


def chinese_in(page: str) -> list[str]:
    """The Chinese words of an English page: none but names."""
    shown = re.sub(_NAMES, "", text_of(page))
    return re.findall(r"[\u4e00-\u9fff]+", shown)


def page_routes(app: Any) -> list[Any]:
    return [
        route
        for route in iter_route_contexts(app.routes)
        if is_page(str(route.path)) and getattr(route, "dependant", None) is not None
    ]


def _dependencies(dependant: Any) -> set[Any]:
    return {call for one in dependant.dependencies for call in (one.call, *_dependencies(one))}


def test_every_route_of_a_page_is_in_the_map_and_asks_who_reads(app: Any) -> None:
    for route in page_routes(app):
        assert route.path in BY_ADDRESS, f"{route.path} is missing in app/web/pages.py"
        assert open_page in _dependencies(route.dependant), f"{route.path} does not take CurrentPage"


def test_addresses_of_the_map_are_named_once() -> None:
    addresses = [page.address for page in PAGES]
    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize("role", READERS, ids=str)
def test_pages_open_for_their_readers_alone(app: Any, reader: ReaderOf, role: Role | None) -> None:
    """A page of another role is refused; a stranger is led to the login; a record that is not there is not found."""
    someone = reader(role)
    untranslated: dict[str, list[str]] = {}
    for address in sorted(built_pages(app)):
        page = BY_ADDRESS[address]
        if role in OFFICES and role not in page.readers and page.readers != BUREAU:
            continue  # the offices have few pages, and need not be refused each of the others
        answer = someone.get(example(address))
        if role not in page.readers:
            expected = {303} if role is None else {403}
        else:
            expected = {404, 422} if "{" in address else {200, 303}
        assert answer.status_code in expected, (address, answer.status_code)
        if role is None and role not in page.readers:
            assert answer.headers["location"].startswith("/login?next=")
        if answer.status_code != 303 and answer.headers["content-type"].startswith("text/html"):
            assert faults_of(answer.text) == [], address
            assert answer.headers["content-security-policy"].startswith("default-src 'none'"), address
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
            english = someone.get(example(address), headers={"Accept-Language": "en"})
            untranslated |= {address: words} if (words := chinese_in(english.text)) else {}
    assert untranslated == {}, "Chinese words on English pages"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_unknown_page_says_so_in_the_language_of_the_reader(reader: ReaderOf, language: str) -> None:
    answer = reader(None).get("/no/such/page", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert faults_of(answer.text) == []
    assert ("页面不存在" in answer.text) == (language == "zh")
    assert ("There is no such page" in answer.text) == (language == "en")


def test_the_first_page_shows_what_is_public(reader: ReaderOf) -> None:
    page = reader(None).get("/")
    assert page.status_code == 200
    assert "在库成果" in page.text
    assert len(page.content) < 100_000


_MAIN = re.compile(r"<main.*</main>", re.DOTALL)
_EMPTY = re.compile(r'<div class="empty">(.*?)</div>', re.DOTALL)
# A link or button in the empty state itself, or the form of the page by which its list is filled.
_STEP = re.compile(r"<a |<button ")
_FORM = re.compile(r'<form[^>]* method="post"|<a class="button primary"')


def without_a_step(page: str) -> list[str]:
    """The empty states of a page that leave their reader standing."""
    found = _MAIN.search(page)
    main = found.group() if found else page
    if _FORM.search(main):
        return []
    states = [state for state in _EMPTY.findall(main) if not _STEP.search(state)]
    return [re.sub(r"<[^>]+>", " ", state).strip() for state in states]


def test_an_empty_state_without_a_step_is_seen() -> None:
    empty = '<main><div class="empty"><p>没有</p></div>{}</main>'
    assert without_a_step(empty.format("")) == ["没有"]
    assert without_a_step(empty.format('<form method="post"></form>')) == []
    assert without_a_step('<main><div class="empty"><a href="/">去</a></div></main>') == []


@pytest.mark.parametrize("role", READERS, ids=str)
def test_an_empty_list_leads_on(app: Any, reader: ReaderOf, role: Role | None) -> None:
    someone, standing, seen = reader(role), dict[str, list[str]](), 0
    for address in sorted(built_pages(app)):
        if role not in BY_ADDRESS[address].readers or "{" in address:
            continue
        answer = someone.get(address)
        if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
            continue
        seen += 1
        standing |= {address: states} if (states := without_a_step(answer.text)) else {}
    assert seen > 3
    assert standing == {}

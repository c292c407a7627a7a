"""Records of owners, made in their browser."""

import re
from typing import Any

from tests.support.builders.demands import NEXT_YEAR
from tests.web.html import hidden_fields

DEMAND: dict[str, Any] = {
    "title": "化工储罐用高耐蚀水性防腐涂料研发",
    "main_problem": "现用溶剂型涂料挥发物超标,改用水性涂料后半年即起泡脱落,需要耐盐雾的水性防腐体系。",
    "cooperation_modes": ["licence", "service"],
    "deadline": NEXT_YEAR,
    "fields": ["405"],
    "region": "370112",
    "publish_mode": "public",
}


def draft(browser: Any, plural: str = "demands", **changes: Any) -> str:
    """The number of a new draft, written in the form."""
    page = browser.get(f"/desk/{plural}/new")
    fields = hidden_fields(page.text) | DEMAND | changes
    answer = browser.post(f"/desk/{plural}/new", data=fields)
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(rf"/desk/{plural}/([A-Z0-9-]+)/check", answer.headers["location"])
    assert found, answer.headers["location"]
    return found.group(1)


def published(browser: Any, **changes: Any) -> str:
    """The number of a demand that was published on the check page."""
    number = draft(browser, **changes)
    check = f"/desk/demands/{number}/check"
    answer = browser.post(check, data=hidden_fields(browser.get(check).text))
    assert answer.status_code == 303, answer.text
    return number


def offer(browser: Any, **changes: Any) -> str:
    """The number of an achievement that an institution has published."""
    page = browser.get("/desk/achievements/new")
    fields = {
        "title": "高耐蚀水性环氧防腐涂层",
        "trl": "6",
        "transfer_modes": ["licence"],
        "fields": ["405"],
        "region": "370112",
        "publish_mode": "public",
    }
    answer = browser.post("/desk/achievements/new", data=hidden_fields(page.text) | fields | changes)
    check = answer.headers["location"]
    assert browser.post(check, data=hidden_fields(browser.get(check).text)).status_code == 303
    number: str = check.split("/")[3]
    return number

"""Plays the flows that the design gives a clock, in a browser, with the clock of a reading and typing person.

    SANKU_SMTP_HOST=127.0.0.1 SANKU_SMTP_PORT=2525 SANKU_SMTP_SECURITY=none SANKU_REVIEW_DEMANDS=true sanku demo &
    python -m scripts.pages.flows --base http://127.0.0.1:8000 --password-file DIR/demo_password

1. A new enterprise: from the first page to its first match and its demand handed in.
2. A manager's morning: six pushes, or as many as wait.
3. The bureau's queue: forty demands, which the script hands in first, made of the demonstration's achievements.
4. A round of recognition, from its opening to its publication, with decisions on the first entries. A year has one
   round: before another run the year's round is cancelled.

The clock is what the machine took, plus 250 characters a minute for what is read, 40 for what is typed, and a second
for each press or choice. Of a page is read what the flow needs: the parts that `Clock.read` names. The script receives
the mails of the service itself.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from aiosmtpd.controller import Controller

from app.demo.data_files import DATA
from scripts.pages.__main__ import ENTERPRISE, OPERATOR
from scripts.pages.browser import chromium, log_in

READ, TYPED = 60 / 250, 60 / 40
"""Seconds for a character."""
PRESS = 1.0
MAIL = 10.0
"""To open the mail program and the mail."""
PROBLEM = (
    "选煤厂主运带式输送机的胶带被铁器划穿后纵向撕裂，一次撕开上百米才被发现，停产两天。现用的接触式开关积煤后"
    "误动作多，工人把它短接了。希望在线识别纵向撕裂并自动停机，十毫米以上的裂口不漏报，粉尘和水雾环境能用。"
)
"""Something that the demonstration's achievements solve."""
_LINK = re.compile(r"/verify-mail\?token=[\w.~%-]+")


@dataclass
class Clock:
    """What one flow took. Times in seconds, `waits` each time from a press to the next page or part."""

    pages: int = 0
    fields: int = 0
    presses: int = 0
    read_characters: int = 0
    typed_characters: int = 0
    other: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def machine(self) -> float:
        return sum(self.waits)

    @property
    def total(self) -> float:
        person = self.read_characters * READ + self.typed_characters * TYPED + self.presses * PRESS
        return self.machine + person + self.other

    def read(self, page: Any, *selectors: str) -> None:
        """The visible text of these parts is read."""
        for selector in selectors:
            for text in page.locator(selector).all_inner_texts():
                self.read_characters += len(re.sub(r"\s", "", text))

    def typed(self, page: Any, selector: str, text: str, *, pasted: bool = False) -> None:
        page.fill(selector, text)
        self.fields += 1
        if pasted:
            self.presses += 2
        else:
            self.typed_characters += len(text)

    def chosen(self, page: Any, selector: str, option: str | None = None) -> None:
        if option is None:
            page.locator(selector).first.check()
        else:
            page.locator(selector).first.select_option(option)
        self.fields += 1
        self.presses += 1

    def pressed(self, page: Any, selector: str, awaited: str, *, key: str = "") -> None:
        """A press, until `awaited` is there. `key`: pressed instead of the selector."""
        start = time.perf_counter()
        if key:
            page.keyboard.press(key)
        else:
            page.locator(selector).first.click()
        page.wait_for_selector(awaited)
        self.waits.append(time.perf_counter() - start)
        self.presses += 1
        self.pages += 1

    def opened(self, page: Any, address: str, awaited: str = "h1") -> None:
        start = time.perf_counter()
        page.goto(address)
        page.wait_for_selector(awaited)
        self.waits.append(time.perf_counter() - start)
        self.pages += 1


class Mailbox:
    """Receives the service's mails."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    # The name that aiosmtpd calls.
    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        body = message.get_body(("plain", "html"))
        self.texts.append(body.get_content() if body else "")
        return "250 OK"

    def link(self, page: Any, clock: Clock) -> str:
        """The link of the registration's mail."""
        start = time.perf_counter()
        while True:
            found = [_LINK.search(text) for text in self.texts]
            if any(found):
                clock.waits.append(time.perf_counter() - start)
                clock.other += MAIL
                return next(one.group() for one in reversed(found) if one)
            page.wait_for_timeout(100)


def credit_code(start: str) -> str:
    """The code of 18 characters that begins with these 17 (GB 32100-2015)."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(signs.index(sign) * 3**place for place, sign in enumerate(start))
    return start + signs[-total % 31]


def first_match(page: Any, base: str, mailbox: Mailbox) -> tuple[Clock, float]:
    """Flow 1, and the time until the first titles were there."""
    clock = Clock()
    number = int(time.time()) % 100_000_000
    clock.opened(page, base + "/")
    clock.read(page, ".hero-text h1", ".hero-text > p", ".try label")
    clock.typed(page, "#problem", PROBLEM, pasted=True)
    clock.pressed(page, ".try button", "#found")
    clock.read(page, "#found", ".found .list-title", ".found .tag", "#next-step ~ .pad p")
    titles = clock.total
    clock.pressed(page, "form[action='/register'] button", "[name='organisation.name']")
    clock.read(page, "#register label", "#register legend", "#register .hint")
    clock.typed(page, "[name='organisation.name']", f"济南钟试{number % 10_000}传动有限公司")
    clock.typed(page, "[name='organisation.uscc']", credit_code(f"91370102{number:08d}X"))
    clock.pressed(page, "#register button.primary", "[name='user.name']")
    clock.read(page, "#register label", "#register .hint")
    clock.typed(page, "[name='user.name']", "王明")
    clock.typed(page, "[name='user.email']", f"wm{number}@example.com")
    clock.typed(page, "[name='user.password']", "Clutch-72-disc")
    clock.chosen(page, "[name=notice_version]")
    clock.pressed(page, "#register button.primary", "form[action='/register/resend']")
    clock.read(page, "main .card p")
    clock.opened(page, base + mailbox.link(page, clock), "#verify")
    clock.pressed(page, "#verify button", "#f-main_problem")
    clock.read(page, "#demand .group:first-of-type label", "#demand .group:first-of-type legend")
    page.wait_for_selector("#live .list-title")
    clock.read(page, "#live .list-title", "#live .tag")
    clock.chosen(page, "[name=cooperation_modes][value=licence]")
    # One of the days that the field proposes, from its list: a press to open it, and one to choose.
    in_a_year = page.locator("#f-deadline-days option").nth(1).get_attribute("value")
    clock.typed(page, "#f-deadline", in_a_year, pasted=True)
    clock.pressed(page, "#demand button.primary", "#publish")
    clock.read(page, ".summary", "#publish .hint")
    clock.pressed(page, "#publish button.primary", ".note.ok")
    return clock, titles


def morning(page: Any, base: str) -> Clock:
    """Flow 2: accept, decline with a reason, later, in turns."""
    clock = Clock()
    clock.opened(page, base + "/inbox")
    answers = (("a",), ("d", "3"), ("l", "1"))
    for number in range(6):
        current = page.locator(".push.open")
        if not current.count():
            break
        clock.read(page, ".push.open .pair-title", ".push.open .why dd")
        identity = current.get_attribute("id")
        *before, last = answers[number % 3]
        for key in before:
            page.keyboard.press(key)
            clock.presses += 1
        start = time.perf_counter()
        page.keyboard.press(last)
        page.wait_for_selector(f"#{identity}.open", state="detached")
        clock.waits.append(time.perf_counter() - start)
        clock.presses += 1
        clock.fields += 1
    return clock


def hand_in(owner: httpx.Client, password: str, count: int) -> int:
    """Demands that wait for review, made of what the demonstration's achievements solve."""
    token = owner.post("/v1/auth/token", data={"username": ENTERPRISE, "password": password}).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    made = 0
    lines = (DATA / "achievements.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        source = json.loads(line)
        problem = source["summary"]
        if len(problem) < 30 or made == count:
            continue
        body = {
            "title": f"求解：{source['title']}"[:60],
            "main_problem": problem,
            "cooperation_modes": ["licence"],
            "deadline": f"{time.localtime().tm_year + 1}-12-31",
            "fields": ["80"],
            "region": "370102",
            "publish_mode": "public",
        }
        answer = owner.post("/v1/demands", json=body, headers=headers)
        made += answer.status_code == 201 and answer.json()["state"] == "submitted"
    return made


def queue(page: Any, base: str, count: int) -> Clock:
    """Flow 3: what is clean is approved with one key, the rest returned with the reasons that the checks propose."""
    clock = Clock()
    clock.opened(page, base + "/bureau/review?kind=demand")
    clock.pressed(page, "", ".review-record", key="j")
    for _ in range(count):
        clock.read(page, ".review-record h1", ".review-record .sheet-text .long", ".review-decision .checks")
        here = page.url
        is_clean = page.locator(".decide button.primary[data-key=a]").count() > 0
        start = time.perf_counter()
        page.keyboard.press("a" if is_clean else "r")
        page.wait_for_url(lambda address, here=here: address != here)
        page.wait_for_selector("main")
        clock.waits.append(time.perf_counter() - start)
        clock.presses += 1
        clock.pages += 1
        if not page.locator(".review-record").count():
            break
    return clock


def recognition(page: Any, base: str, year: int, decisions: int) -> Clock:
    """Flow 4: open, freeze, decide, compare with a new computation, look for objections, review, publish."""
    clock = Clock()
    clock.opened(page, base + "/bureau/rounds")
    clock.read(page, "h1", "#round label")
    clock.typed(page, "#f-year", str(year))
    clock.typed(page, "#f-title", f"{year} 年度认定")
    clock.pressed(page, "#round button.primary", "button[value=freeze]")
    here = page.url.partition("?")[0]
    clock.read(page, ".round-moves")
    clock.pressed(page, "button[value=freeze]", "button[value=review]")
    clock.read(page, ".facts", ".round-moves", "main tbody")
    for number in range(decisions):
        if not page.locator("#decision input[name=tier]").count():
            rows = page.locator("main tbody .row-link")
            if rows.count() <= number:
                break
            clock.pressed(
                page, f"main tbody tr:nth-child({number + 1}) .row-link", "#decision input[name=tier]"
            )
        clock.read(page, "h1", "[aria-labelledby=figures]", "[aria-labelledby=rules]")
        tier = page.locator("#decision input[name=tier]:checked").first.get_attribute("value")
        clock.chosen(page, f"#decision input[name=tier][value='{tier}']")
        clock.pressed(page, "#decision button.primary", ".note.ok")
    if page.url.partition("?")[0] != here:
        clock.opened(page, here)
    clock.pressed(page, f"a[href='{urlsplit(here).path}/recompute']", "h1")
    clock.read(page, "main")
    clock.opened(page, here)
    clock.pressed(page, f"a[href='{urlsplit(here).path}/objections']", "h1")
    clock.read(page, "main")
    clock.opened(page, here)
    clock.pressed(page, "button[value=review]", "button[value=publish]")
    clock.read(page, ".round-moves")
    clock.pressed(page, "button[value=publish]", ".note.ok")
    clock.opened(page, base + "/recognitions")
    clock.read(page, "main")
    return clock


def line(name: str, clock: Clock, bound: str) -> str:
    """The row of a flow."""
    waits = sorted(clock.waits)
    return (
        f"| {name} | {clock.pages} | {clock.fields} | {clock.presses} | {clock.read_characters} | "
        f"{clock.typed_characters} | {clock.machine:.1f} | {waits[len(waits) // 2] * 1000:.0f} / "
        f"{waits[-1] * 1000:.0f} | {clock.total // 60:.0f}:{clock.total % 60:02.0f} | {bound} |"
    )


def rows_of(arguments: argparse.Namespace, password: str) -> Iterator[str]:
    """The lines of the table."""
    from playwright.sync_api import sync_playwright

    mailbox = Mailbox()
    server = Controller(mailbox, hostname="127.0.0.1", port=arguments.smtp_port)
    server.start()
    yield (
        "| flow | pages and parts | fields or answers | presses | read | typed | machine (s) "
        "| a press, median / longest (ms) | clock | bound |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    with sync_playwright() as playwright:
        engine = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])

        def browser(email: str | None) -> Any:
            context = engine.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
            context.set_default_timeout(120_000)
            http = log_in(arguments.base, email, password)
            context.add_cookies(
                [{"name": key, "value": value, "url": arguments.base} for key, value in http.cookies.items()]
            )
            return context.new_page()

        if "1" in arguments.flows:
            clock, titles = first_match(browser(None), arguments.base, mailbox)
            yield line("1, a new enterprise", clock, "3:00")
            yield line("1, first titles", Clock(other=titles, waits=[0.0]), "")
        if "2" in arguments.flows:
            yield line("2, the morning", morning(browser(arguments.manager), arguments.base), "4:00")
        if "3" in arguments.flows:
            with httpx.Client(base_url=arguments.base, timeout=120) as owner:
                made = hand_in(owner, password, arguments.records)
            clock = queue(browser(OPERATOR), arguments.base, made)
            yield line(f"3, a queue of {made}", clock, f"{made * 45 // 60}:{made * 45 % 60:02d}")
        if "4" in arguments.flows:
            clock = recognition(browser(OPERATOR), arguments.base, arguments.year, arguments.decisions)
            yield line("4, a round of recognition", clock, "")
        engine.close()
    server.stop()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--smtp-port", type=int, default=2525)
    parser.add_argument("--manager", default="m-demo-03@demo.sanku.example")
    parser.add_argument("--records", type=int, default=40)
    parser.add_argument("--year", type=int, default=time.localtime().tm_year)
    parser.add_argument("--decisions", type=int, default=5)
    parser.add_argument("--flows", default="1234")
    arguments = parser.parse_args()
    password = arguments.password_file.read_text(encoding="ascii").strip()
    for one in rows_of(arguments, password):
        sys.stdout.write(one + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

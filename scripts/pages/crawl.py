"""Opens every page that a reader can reach by links, and reports what must not be: barriers, errors, sideways scroll.

    sanku demo &                                   # or a service with more records
    python -m scripts.pages.crawl --base http://127.0.0.1:8000 --password-file FILE [--reader EMAIL]...

A page is opened once for each shape of its address (numbers and ids left out), in both languages of the service, light
and dark, from 320 to 3840 pixels. Reported are what axe finds (WCAG 2.2 AA and best practice), console errors,
violations of the content policy, requests of other hosts, answers from 400 on, shifts over 0.02, and pages that scroll
sideways. The exit status is 1 if there is anything. Chromium and the npm packages (`make web`) are needed.
"""

import argparse
import re
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from app.web.pages import BY_ADDRESS
from scripts.pages.browser import AXE, AXE_RULES, BARRIERS, chromium, log_in

WIDTHS = (320, 360, 768, 1440, 3840)
AXE_WIDTHS = (360, 1440)
MAX_SHIFT = 0.02
SETTLED_MS = 400
"""A page with a stream never falls silent."""
FILES = (".pdf", ".ics", ".csv", ".xlsx", ".jsonl", ".json", ".xml")
READERS = (
    None,
    "enterprise@demo.sanku.example",
    "institution@demo.sanku.example",
    "m-demo-02@demo.sanku.example",
    "operator@demo.sanku.example",
)
"""The accounts of `sanku demo`; investors and the offices of administrators have none."""
_NO_PAGES = (
    "/v1",
    "/static",
    "/docs",
    "/exports/",
    "/audit/export",
    "/account/data/download",
    "/logout",
    "/language",
)
_VARIABLE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z]{2}-[A-Z]-\d{4}-\d+|\b\d{1,6}\b")
_WATCH = """
window.__violations = []; window.__shift = 0;
document.addEventListener("securitypolicyviolation", (e) => {
  window.__violations.push(e.violatedDirective + " " + e.blockedURI);
});
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.__shift += one.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@dataclass
class Crawl:
    """The pages that one reader reaches, and what was found on them."""

    engine: Any
    base: str
    cookies: list[dict[str, Any]]
    most: int
    seen: dict[str, str] = field(default_factory=dict)
    """Shape of an address → the first address of that shape."""

    def run(self) -> Iterator[tuple[str, str]]:
        """Address and finding, breadth first; pages without a finding yield nothing."""
        waiting = deque(["/"])
        self.seen["/"] = "/"
        while waiting and len(self.seen) <= self.most:
            path = waiting.popleft()
            for width, theme, language in self._variants():
                findings, links = self._look(path, width, theme, language)
                for finding in findings:
                    yield path, f"{width} {theme} {language}: {finding}"
                for link in links:
                    shape = shape_of(link)
                    if shape not in self.seen:
                        self.seen[shape] = link
                        waiting.append(link)

    def _variants(self) -> Iterator[tuple[int, str, str]]:
        for number, width in enumerate(WIDTHS):
            yield width, ("light", "dark")[number % 2], "zh-CN"
        yield 360, "light", "en"
        yield 1440, "dark", "en"

    def _look(self, path: str, width: int, theme: str, language: str) -> tuple[list[str], list[str]]:
        findings: list[str] = []
        context = self.engine.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, locale=language
        )
        context.add_cookies(self.cookies)
        context.add_init_script(_WATCH)
        page = context.new_page()
        page.on("console", lambda one: findings.append(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda error: findings.append(str(error)))
        page.on(
            "request",
            lambda one: (
                None
                if one.url.startswith((self.base, "data:", "blob:"))
                else findings.append(f"asks {one.url}")
            ),
        )
        answer = page.goto(self.base + path, timeout=120_000)
        page.wait_for_timeout(SETTLED_MS)
        if answer is not None and answer.status >= 400:
            findings.append(f"answers {answer.status}")
        findings += page.evaluate("window.__violations")
        if (shift := page.evaluate("window.__shift")) > MAX_SHIFT:
            findings.append(f"shifts by {shift:.3f}")
        if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            findings.append("scrolls sideways")
        if width in AXE_WIDTHS:
            page.evaluate(AXE.read_text(encoding="utf-8"))
            findings += page.evaluate(BARRIERS, AXE_RULES)
        here = page.url
        addresses = page.eval_on_selector_all(
            "a[href]", "(all) => all.map((one) => one.getAttribute('href'))"
        )
        context.close()
        return findings, [
            link for address in addresses if (link := self._followed(urljoin(here, address))) is not None
        ]

    def _followed(self, address: str) -> str | None:
        """Path and query of a link to a page of this service; None for files and other places."""
        parts = urlsplit(address)
        if not address.startswith(self.base) or parts.path.endswith(FILES):
            return None
        if parts.path.startswith(_NO_PAGES):
            return None
        if "/files/" in parts.path or "/templates/" in parts.path:
            return None
        return parts.path + (f"?{parts.query}" if parts.query else "")


def shape_of(link: str) -> str:
    """The address without what names one record, and of the query the names alone."""
    parts = urlsplit(link)
    names = sorted({one.partition("=")[0] for one in parts.query.split("&") if one})
    return _VARIABLE.sub("*", parts.path) + ("?" + "&".join(names[:1]) if names else "")


def main() -> None:
    """Print the findings and a line for each reader."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--reader", action="append", help="an account; those of the demonstration by default")
    parser.add_argument("--most", type=int, default=400, help="pages for each reader")
    arguments = parser.parse_args()
    password = arguments.password_file.read_text(encoding="ascii").strip()
    found = 0
    reached: set[str] = set()
    with sync_playwright() as playwright:
        engine = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for reader in arguments.reader or READERS:
            http = log_in(arguments.base, reader, password)
            cookies = [
                {"name": name, "value": value, "url": arguments.base} for name, value in http.cookies.items()
            ]
            crawl = Crawl(engine, arguments.base, cookies, arguments.most)
            for path, finding in crawl.run():
                found += 1
                sys.stdout.write(f"{reader or 'stranger'} {path}\n    {finding}\n")
                sys.stdout.flush()
            reached |= {shape.partition("?")[0] for shape in crawl.seen}
            sys.stdout.write(f"{reader or 'a stranger'}: {len(crawl.seen)} pages\n")
            sys.stdout.flush()
        engine.close()
    patterns = {re.sub(r"\{[^}]*\}", "*", address) for address in BY_ADDRESS}
    sys.stdout.write(
        f"findings: {found}; addresses of the map that were reached: {len(reached & patterns)}\n"
    )
    sys.exit(found > 0)


if __name__ == "__main__":
    main()

"""Measures the pages of a running service: server time, bytes, paint and shift on a slow phone, scroll, axe.

    sanku demo &                                   # or a service with more records
    python -m scripts.pages --base http://127.0.0.1:8000 --password-file DIR/demo_password

It prints a table for docs/explanation/benchmarks.md. The accounts are those of `sanku demo`; another store needs
accounts of the same addresses. Chromium and the npm packages (`make web`) are needed.
"""

import argparse
import os
import re
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from scripts.pages.browser import AXE, AXE_RULES, BARRIERS, chromium, log_in

WIDTHS = (320, 360, 768, 1440, 1920, 3840)
# 1.6 Mbit/s and 150 ms, as a slow 4G phone.
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
SLOWER = 4
# A page with a stream never falls silent.
SETTLED = 3000
_WATCH = """
window.__lcp = 0; window.__cls = 0; window.__inp = 0;
new PerformanceObserver((l) => { for (const e of l.getEntries()) window.__lcp = e.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((l) => { for (const e of l.getEntries()) if (!e.hadRecentInput) window.__cls += e.value; })
  .observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((l) => { for (const e of l.getEntries()) window.__inp = Math.max(window.__inp, e.duration); })
  .observe({ type: "event", durationThreshold: 16, buffered: true });
"""


@dataclass(frozen=True)
class MeasuredPage:
    """A page: its number in the design, its address, and whose session opens it (None: a stranger)."""

    code: str
    path: str
    reader: str | None


ENTERPRISE = "enterprise@demo.sanku.example"
MANAGER = "m-demo-02@demo.sanku.example"
OPERATOR = "operator@demo.sanku.example"


def pages_of(base: str, owner: httpx.Client) -> list[MeasuredPage]:
    """The pages whose server time or bytes the design limits.

    P4 is the newest public achievement; D6 the list of matches of the owner's newest published demand, and the page
    that asks for it; B11 the one with the large script of charts.
    """
    found = httpx.get(f"{base}/v1/achievements", params={"limit": 1}, timeout=60).json()["items"]
    own = re.findall(r'href="(/desk/demands/[A-Z0-9-]+)"', owner.get("/desk/demands?state=published").text)
    assert own, "the enterprise has no published demand"
    return [
        MeasuredPage("P1", "/", None),
        MeasuredPage("P2", "/search?kind=achievement&q=%E6%9D%90%E6%96%99", None),
        MeasuredPage("P4", f"/achievements/{found[0]['number']}", None),
        MeasuredPage("D2", "/desk/demands", ENTERPRISE),
        MeasuredPage("D6", f"{own[0]}/matches", ENTERPRISE),
        MeasuredPage("D6 list", f"{own[0]}/matches/list", ENTERPRISE),
        MeasuredPage("M1", "/inbox", MANAGER),
        MeasuredPage("B2", "/bureau/review", OPERATOR),
        MeasuredPage("B11", "/bureau/network", OPERATOR),
    ]


def server_times(http: httpx.Client, path: str, times: int) -> tuple[float, float]:
    """Median and 95th percentile of the whole answer in ms, warm, on one connection."""
    for _ in range(3):
        http.get(path)
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        answer = http.get(path)
        taken.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def on_a_phone(engine: Any, base: str, path: str, cookies: list[dict[str, Any]]) -> dict[str, float]:
    """Bytes over the wire with an empty cache, LCP, CLS, and the longest answer to a tap, on a slow phone."""
    context = engine.new_context(viewport={"width": 360, "height": 780}, is_mobile=True, has_touch=True)
    context.add_cookies(cookies)
    context.add_init_script(_WATCH)
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.send("Network.emulateNetworkConditions", NETWORK)
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    received = [0.0]
    protocol.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(base + path, timeout=120_000)
    page.wait_for_timeout(SETTLED)
    summary = page.locator("summary:visible").first
    if summary.count():
        summary.tap()
        page.wait_for_timeout(500)
    figures = page.evaluate("[window.__lcp, window.__cls, window.__inp]")
    context.close()
    return {"kb": sum(received) / 1024, "lcp": figures[0], "cls": figures[1], "inp": figures[2]}


def typed_word(engine: Any, base: str, cookies: list[dict[str, Any]]) -> int:
    """Requests that one Chinese word causes, typed with an input method where the form looks along."""
    context = engine.new_context()
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{base}/desk/demands/new", timeout=120_000)
    page.wait_for_timeout(SETTLED)
    protocol = context.new_cdp_session(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    field = page.locator("textarea:visible").first
    field.click()
    page.keyboard.insert_text("现有密封半年磨穿，希望寿命提高一倍，请推荐")
    page.wait_for_timeout(4000)
    asked.clear()
    for part in ("x", "xi", "xin", "xin c", "xin cai", "xin cai liao"):
        protocol.send(
            "Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)}
        )
        page.wait_for_timeout(1000)
    protocol.send("Input.insertText", {"text": "新材料"})
    page.wait_for_timeout(4000)
    context.close()
    return len(asked)


def barriers(engine: Any, base: str, path: str, cookies: list[dict[str, Any]]) -> tuple[int, int]:
    """Violations that axe finds, light and dark, at 360 and 1440; and the widths at which the page scrolls sideways."""
    found = scrolls = 0
    for theme in ("light", "dark"):
        context = engine.new_context(color_scheme=theme)
        context.add_cookies(cookies)
        page = context.new_page()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(base + path, timeout=120_000)
            page.wait_for_timeout(SETTLED / 5)
            scrolls += not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            if width in (360, 1440):
                page.evaluate(AXE.read_text(encoding="utf-8"))
                found += len(page.evaluate(BARRIERS, AXE_RULES))
        context.close()
    return found, scrolls


def rows_of(base: str, password: str, times: int) -> Iterator[str]:
    """The lines of the table."""
    from playwright.sync_api import sync_playwright

    sessions: dict[str | None, httpx.Client] = {ENTERPRISE: log_in(base, ENTERPRISE, password)}
    pages = pages_of(base, sessions[ENTERPRISE])
    for page in pages:
        if page.reader not in sessions:
            sessions[page.reader] = log_in(base, page.reader, password)
    yield (
        "| page | server time, median / p95 (ms) | HTML (KB, raw) | cold, over the wire (KB) | LCP (s) | CLS "
        "| INP (ms) | axe | sideways scroll |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    with sync_playwright() as playwright:
        engine = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for page in pages:
            http = sessions[page.reader]
            cookies = [{"name": name, "value": value, "url": base} for name, value in http.cookies.items()]
            median, tail = server_times(http, page.path, times)
            size = len(http.get(page.path).content) / 1024
            phone = on_a_phone(engine, base, page.path, cookies)
            found, scrolls = barriers(engine, base, page.path, cookies)
            yield (
                f"| {page.code} `{page.path.partition('?')[0]}` | {median:.0f} / {tail:.0f} | {size:.0f} | "
                f"{phone['kb']:.0f} | {phone['lcp'] / 1000:.1f} | {phone['cls']:.3f} | {phone['inp']:.0f} | "
                f"{found} | {scrolls} |"
            )
        owner = sessions[ENTERPRISE]
        cookies = [{"name": name, "value": value, "url": base} for name, value in owner.cookies.items()]
        yield ""
        yield f"Requests for one Chinese word typed with an input method: {typed_word(engine, base, cookies)}."
        engine.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--times", type=int, default=60)
    arguments = parser.parse_args()
    password = arguments.password_file.read_text(encoding="ascii").strip()
    sys.stdout.write(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    for line in rows_of(arguments.base, password, arguments.times):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

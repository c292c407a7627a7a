"""A real browser on the real service: Chromium of the system, watched for everything that must not happen."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.accounts.models import Role
from tests.support.paths import APP
from tests.support.servers import served
from tests.web.readers import ReaderOf

AXE = APP / "web" / "static" / "vendor" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MAX_SHIFT = 0.02
# No speed is tested: this only ends what would wait without end.
MAX_WAIT_MS = 300_000
WIDTHS = (360, 768, 1440)

# What a page asks for by script, so that it can be waited for. A stream ends for this with its first bytes.
_ASKED = """
window.__asked = new Set();
const noted = (promise) => {
  window.__asked.add(promise);
  const over = () => window.__asked.delete(promise);
  promise.then(over, over);
  return promise;
};
const { fetch } = window;
window.fetch = (...given) => noted(fetch(...given));
const { text } = Response.prototype;
Response.prototype.text = function () { return noted(text.call(this)); };
"""

# Everything asked for has come and stands still: a colour that is still fading would be measured half-way.
_STILL = """
async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const moving = () => document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime !== Infinity).map((one) => one.finished);
  await document.fonts.ready;
  do {
    await Promise.allSettled([...window.__asked, ...moving()]);
    await frame();
    await frame();
  } while (window.__asked.size || moving().length);
}
"""

_WATCH = """
window.__violations = []; window.__shift = 0;
document.addEventListener("securitypolicyviolation", (e) => {
  window.__violations.push(e.violatedDirective + " " + e.blockedURI);
});
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.__shift += one.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def chromium() -> str | None:
    return (
        os.environ.get("SANKU_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = chromium()
    if path is None:
        pytest.skip("no Chromium (apt-get install chromium fonts-noto-cjk): tests in a browser are left out")
    if not AXE.exists():
        pytest.skip("no npm packages (make web): tests in a browser are left out")
    return path


@pytest.fixture(scope="session")
def engine(chromium_path: str) -> Iterator[Any]:
    """The browser, started once."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=["--no-sandbox"], timeout=MAX_WAIT_MS
        )
        yield browser
        browser.close()


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    """The service, answering on a port of its own."""
    with served(app) as address:
        yield address


@dataclass
class Visitor:
    """Somebody with a browser. `page` is Playwright's; `check` fails on what must not happen."""

    page: Any
    address: str
    scripts: bool = True
    problems: list[str] = field(default_factory=list)

    def open(self, path: str) -> Any:
        answer = self.page.goto(self.address + path)
        if self.scripts:
            self.page.evaluate(_STILL)
        return answer

    def check(self, *, axe: bool = True) -> None:
        """No console error, policy violation, foreign host, server error, layout shift, sideways scroll, barrier."""
        assert self.problems == []
        assert self.page.evaluate("window.__violations") == []
        assert self.page.evaluate("window.__shift") <= MAX_SHIFT
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        if axe:
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
            found = self.page.evaluate(
                "(rules) => axe.run({ runOnly: rules }).then((r) => r.violations.map((v) =>"
                " v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target).join(' | ')))",
                AXE_RULES,
            )
            assert found == []


@pytest.fixture
def visitor(engine: Any, address: str, reader: ReaderOf) -> Iterator[Callable[..., Visitor]]:
    """`visitor(Role.MANAGER, width=360, theme="dark", language="en", scripts=False)` → a visitor, logged in."""
    contexts = []

    def make(
        role: Role | None = None,
        *,
        width: int = 1440,
        theme: str = "light",
        language: str = "zh-CN",
        scripts: bool = True,
    ) -> Visitor:
        context = engine.new_context(
            viewport={"width": width, "height": 780 if width < 720 else 900},
            color_scheme=theme,
            locale=language,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        context.set_default_timeout(MAX_WAIT_MS)
        context.add_init_script(_WATCH + _ASKED)
        if role is not None:
            cookie = reader(role).cookies["sanku"]
            context.add_cookies([{"name": "sanku", "value": cookie, "url": address}])
        someone = Visitor(context.new_page(), address, scripts)
        _watch(someone)
        return someone

    yield make
    for context in contexts:
        context.close()


def _watch(someone: Visitor) -> None:
    def on_console(message: Any) -> None:
        # The browser itself reports every answer of 4xx; those are looked at by their status.
        if message.type == "error" and "Failed to load resource" not in message.text:
            someone.problems.append(f"console: {message.text}")

    def on_request(request: Any) -> None:
        if not request.url.startswith((someone.address, "data:", "about:")):
            someone.problems.append(f"another host: {request.url}")

    def on_response(response: Any) -> None:
        if response.status >= 500:
            someone.problems.append(f"{response.status}: {response.url}")

    someone.page.on("console", on_console)
    someone.page.on("pageerror", lambda error: someone.problems.append(f"script: {error}"))
    someone.page.on("request", on_request)
    someone.page.on("response", on_response)

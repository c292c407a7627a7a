"""The browser, and the sessions of readers."""

import os
import shutil
import sys
from pathlib import Path

import httpx

AXE = Path(__file__).parents[2] / "app" / "web" / "static" / "vendor" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


BARRIERS = """
async (rules) => {
  const shown = (one, nodes) => one.id + ": " + nodes.slice(0, 2).map((node) => node.target).join(" | ");
  const found = [];
  for (const one of (await axe.run({ runOnly: rules })).violations) {
    let nodes = one.nodes;
    if (one.id === "target-size") {
      // A bar that stays at the edge of the window covers a part of what has not been scrolled to yet.
      const small = [];
      for (const node of nodes) {
        const element = document.querySelector(node.target[0]);
        element?.scrollIntoView({ block: "center" });
        const again = element && await axe.run(element, { runOnly: { type: "rule", values: [one.id] } });
        if (!again || again.violations.length) small.push(node);
      }
      nodes = small;
      scrollTo(0, 0);
    }
    if (nodes.length) found.push(shown(one, nodes));
  }
  return found;
}
"""
"""What axe finds with these rules, each with the first places."""


def log_in(base: str, email: str | None, password: str) -> httpx.Client:
    """A browser's session."""
    http = httpx.Client(
        base_url=base, timeout=60, headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    )
    if email is not None:
        answer = http.post("/login", data={"email": email, "password": password})
        assert answer.status_code == 303, f"{email}: {answer.status_code}"
    return http


def chromium() -> str:
    """The system's Chromium."""
    found = (
        os.environ.get("SANKU_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if found is None:
        sys.exit("no Chromium")
    return found

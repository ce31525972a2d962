"""What axe, the accessibility checker, finds wrong with the page that is open."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from selenium.webdriver import Chrome

# The package is for another driver of browsers; it is the one that brings along a checker which is kept up.
PACKAGE = "axe_playwright_python"
IMPACTS = ("serious", "critical")

_RUN = """
const done = arguments[arguments.length - 1];
axe.run(document.querySelector(arguments[0]) || document, {resultTypes: ["violations"]})
  .then(found => done(found.violations), error => done([{id: String(error), impact: "critical", nodes: []}]));
"""


def missing() -> str:
    """What keeps axe from being run here; empty where nothing does."""
    return "" if find_spec(PACKAGE) else f"the package {PACKAGE}"


def serious(driver: Chrome, within: str = ".hotdesk") -> list[str]:
    """Return what is serious or worse, a line each: the rule, and where it is broken.

    Args:
        within: selector of the part of the page to look at.
    """
    driver.execute_script(_checker())
    found = driver.execute_async_script(_RUN, within)
    return [
        f"{one['id']}: {one.get('help', '')}: {node['html'][:200]}"
        for one in found
        if one["impact"] in IMPACTS
        for node in one["nodes"] or [{"html": ""}]
    ]


@cache
def _checker() -> str:
    spec = find_spec(PACKAGE)
    assert spec is not None and spec.origin is not None
    (script,) = Path(spec.origin).parent.glob("**/axe.min.js")
    return script.read_text(encoding="utf-8")

"""What axe finds on a page against WCAG 2.1 A and AA."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG_21_AA: dict[str, Any] = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
COLOURS: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What may differ between light and dark."""
AXE = Axe().axe_script
FOUND = """async options => {
  if (!("axe" in window)) return null;
  const found = await axe.run({...options, resultTypes: ["violations"]});
  return found.violations.map(one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 160))}`);
}"""
"""Only what is wrong leaves the page: to describe all that is right took as long as to look. Null where axe is not on
the page yet."""


def barriers(page: Page, options: dict[str, Any] = WCAG_21_AA) -> list[str]:
    """Each barrier's name, with the first few places."""
    found: list[str] | None = page.evaluate(FOUND, options)
    if found is None:
        page.evaluate(AXE)
        found = page.evaluate(FOUND, options)
    assert found is not None
    return found

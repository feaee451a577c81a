"""The hands of somebody who has no pointer: Tab, arrows, Enter and Space, and eyes that look for where the focus is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from playwright.sync_api import Locator, Page, expect

MOST_STOPS = 120
SKIP = "Skip to the page"
STOP = """async (wanted, begins) => {
  const walk = begins ? window.walked = { at: null, look: "", before: "" } : window.walked;
  const parts = one => [one, ...(one.labels || [])];
  const look = one => JSON.stringify(parts(one).map(part => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(part);
    return [outlineStyle === "none" ? "" : outlineStyle + outlineWidth + outlineColor, boxShadow];
  }));
  const name = one => {
    const told = parts(one).map(part => part.textContent).join(" ").trim();
    const words = one.getAttribute("aria-label") || told || one.name || "";
    return `${one.localName}${one.id ? "#" + one.id : ""} “${words.trim().replace(/\\s+/g, " ").slice(0, 40)}”`;
  };
  const seen = one => parts(one).some(part => {
    const { top, left, bottom, right, width, height } = part.getBoundingClientRect();
    return width && height && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
  });
  const same = (one, other) => one === other
    || (one.type === "radio" && other.type === "radio" && one.name === other.name && one.form === other.form);
  const now = document.activeElement, faults = [];
  if (walk.at && walk.at !== now && walk.at.isConnected && look(walk.at) === walk.look)
    faults.push(`nobody sees that the focus is on ${name(walk.at)}`);
  const nowhere = now === document.body || now === document.documentElement, there = !nowhere && same(now, wanted);
  for (let frame = 0; !nowhere && frame < 60 && !seen(now); frame += 1) await new Promise(requestAnimationFrame);
  if (!nowhere && !seen(now)) faults.push(`the focus is out of sight, on ${name(now)}`);
  if (there && now === wanted && walk.before && look(now) === walk.before)
    faults.push(`nobody sees that the focus is on ${name(now)}`);
  if (now !== wanted) walk.before = look(wanted);
  if (now !== walk.at) walk.look = nowhere ? "" : look(now);  // a date has several stops, and the browser's own button
  walk.at = nowhere ? null : now;
  return { there, at: nowhere ? "(nothing)" : name(now), faults };
}"""
"""Where the focus is, whether that is ``wanted`` (or a choice beside it, as a group of them is one stop), and what is
wrong with it: a focus is seen by an outline or a shadow that is not there without it."""


class Stopped(TypedDict):
    there: bool
    at: str
    faults: list[str]


@dataclass(frozen=True)
class Keyboard:
    """Of somebody who asked for less motion, so that a page is where it scrolls to, and a focus seen, at once."""

    page: Page

    def __post_init__(self) -> None:
        self.page.emulate_media(reduced_motion="reduce")

    def come_to(self, wanted: Locator, *, back: bool = False) -> None:
        """By Tab alone, or by Shift and Tab, from where the focus is: the page's beginning, where it has just come."""
        passed: list[str] = []
        expect(wanted).to_be_attached()
        for step in range(MOST_STOPS + 1):
            stopped = self._look(wanted, begins=step == 0)
            assert stopped["faults"] == [], stopped["faults"]
            if stopped["there"]:
                return
            passed.append(stopped["at"])
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{MOST_STOPS} stops by Tab did not come to {wanted}: {passed}")

    def _look(self, wanted: Locator, *, begins: bool) -> Stopped:
        stopped: Stopped = wanted.evaluate(STOP, begins)
        return stopped

    def press(self, wanted: Locator, key: str = "Enter", *, back: bool = False) -> None:
        self.come_to(wanted, back=back)
        self.page.keyboard.press(key)

    def write(self, wanted: Locator, words: str) -> None:
        """In place of what stands there."""
        self.come_to(wanted)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def pick(self, wanted: Locator) -> None:
        """One of several that exclude each other: they are one stop, and arrows go from one to the next."""
        self.come_to(wanted)
        self.page.keyboard.press("Space")
        for _arrow in range(20):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow came to {wanted}")

    def skip(self) -> None:
        """Past what every page begins with."""
        self.press(self.page.get_by_role("link", name=SKIP))
        expect(self.page.locator("#content")).to_be_focused()

    def has_its_place(self) -> None:
        """After what was not a new page: whoever goes on by Tab begins where the work is, not at the page's top."""
        expect(self.page.locator(":focus")).to_have_count(1)

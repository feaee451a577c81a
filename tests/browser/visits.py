"""What is asked of every page: nothing bars anybody from it, at both sizes, by light and by dark; it is small, asks no
other host for anything, and fits its screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Browser, CDPSession, Page, Response, StorageState

from tests.browser.barriers import AXE, COLOURS, WCAG_21_AA, barriers
from tests.browser.conftest import PATIENCE_MS, SIZES, Demo

FIRST_VISIT_BYTES, NEXT_VISIT_BYTES = 150_000, 40_000
REFUSED = 400
"""From here on the browser itself calls a status an error."""
LAID_OUT = """() => {
  const wrong = [], page = document.documentElement;
  const fits = when => {
    const over = page.scrollWidth - page.clientWidth;
    if (over > 0) wrong.push(`${over} px wider than the screen${when}`);
  };
  fits("");
  const small = [...document.querySelectorAll("main .btn, .dock .btn")].filter(one => {
    const { width, height } = one.getBoundingClientRect();
    return width && height && height < 44 && getComputedStyle(one).visibility === "visible";
  });
  if (small.length) wrong.push(`too small to tap: ${small.map(one => one.textContent.trim())}`);
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) wrong.push(`${headings} headings of the first level`);
  document.querySelectorAll("main details").forEach(one => { one.open = true; });
  fits(" once all is opened");
  return wrong;
}"""
"""What is wrong with how the page lies on the screen; leaves all that opens open. Asked at once: each question on its
own took as long as the answers to all of them."""
Scheme = Literal["light", "dark"]
Way = Callable[[Page], Response | None]
"""How a page is come to: an address, or what is done on the page before."""


@dataclass
class Carried:
    """What went over the wire for one visit, as the browser counted it: heads and bodies, as compressed."""

    wire: CDPSession
    sizes: dict[str, int] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.wire.send("Network.enable")
        self.wire.on("Network.requestWillBeSent", lambda sent: self.hosts.add(_host(sent["request"]["url"])))
        self.wire.on("Network.loadingFinished", lambda done: self._add(done["requestId"], done["encodedDataLength"]))

    def _add(self, request: str, size: float) -> None:
        self.sizes[request] = int(size)

    def start(self, *, first: bool) -> None:
        """Count from now on; ``first``: as for somebody who was never here."""
        if first:
            self.wire.send("Network.clearBrowserCache")
            self.hosts.clear()
        self.sizes.clear()

    @property
    def total(self) -> int:
        return sum(self.sizes.values())


def _host(address: str) -> str:
    return "" if address.startswith("data:") else address.split("/")[2]


@dataclass
class Visits:
    """One window that comes to page after page, to each once with an empty cache and by light, and once more by dark;
    both times it is as small as a phone and as wide as a desk. It is kept, and axe in it: that takes little more than
    half the time of a window for each page and size."""

    page: Page
    demo: Demo
    whose: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._at, self._status = "", 200
        self._scheme: Scheme = "light"
        self._carried = Carried(self.page.context.new_cdp_session(self.page))
        self.page.context.set_default_timeout(PATIENCE_MS)
        self.page.add_init_script(AXE)
        self.page.on("pageerror", lambda error: self._complain(str(error)))
        self.page.on("console", lambda said: self._hear(said.text) if said.type == "error" else None)

    def look_at(self, address: str, *, status: int = 200, way: Way | None = None, before: str = "") -> None:
        """``way`` leads to the page from the one ``before``, where its address alone does not."""
        self._at, self._status = address, status
        self._resize("phone")
        self._come("light", way, before, first=True)
        self._look("phone", WCAG_21_AA)
        self._resize("desk")
        self._look("desk", WCAG_21_AA)
        self._come("dark", way, before, first=False)
        self._look("desk", COLOURS)
        self._resize("phone")
        self._look("phone", COLOURS)
        if others := self._carried.hosts - {"", self.demo.address.split("/")[2]}:
            self._complain(f"asks {others}")

    def _resize(self, size: str) -> None:
        self.page.set_viewport_size({"width": SIZES[size]["width"], "height": SIZES[size]["height"]})

    def _come(self, scheme: Scheme, way: Way | None, before: str, *, first: bool) -> None:
        """A page takes its colours when it is loaded, so that light and dark are two visits."""
        self._scheme = scheme
        self.page.emulate_media(color_scheme=scheme)
        if way is not None:
            self.page.goto(self.demo.address + before)
        self._carried.start(first=first)
        answer = way(self.page) if way is not None else self.page.goto(self.demo.address + self._at)
        assert answer is not None
        if answer.status != self._status:
            self._complain(f"answers {answer.status}")
        self._check_policy(answer.headers.get("content-security-policy", ""))
        self._check_weight(first)

    def _look(self, size: str, options: dict[str, object]) -> None:
        for found in [*self.page.evaluate(LAID_OUT), *barriers(self.page, options)]:
            self._complain(f"{size}, {self._scheme}: {found}")

    def _check_policy(self, policy: str) -> None:
        if "default-src 'none'" not in policy or "unsafe" in policy:
            self._complain(f"policy {policy!r}")

    def _check_weight(self, first: bool) -> None:
        carried = self._carried.total
        most = FIRST_VISIT_BYTES if first else NEXT_VISIT_BYTES
        if carried > most or (first and carried == 0):  # the next may come out of the cache whole
            self._complain(f"{carried} bytes on the {'first' if first else 'next'} visit")

    def _hear(self, error: str) -> None:
        if self._status < REFUSED or str(self._status) not in error:
            self._complain(error)

    def _complain(self, words: str) -> None:
        self.complaints.append(f"{self.whose}, {self._at}: {words}")


@contextmanager
def visits(browser: Browser, demo: Demo, whose: str, cookies: StorageState | None = None) -> Iterator[Visits]:
    """A window for whoever has these ``cookies``; nobody is signed in without."""
    context = browser.new_context(storage_state=cookies, service_workers="block")
    yield Visits(context.new_page(), demo, whose)
    context.close()

"""What holds of every page in a real browser, at both sizes, by light and by dark: nothing bars anybody from it, it is
small, it asks no other host for anything, and it fits its screen."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, StorageState

from tests.browser.barriers import COLOURS, WCAG_21_AA, barriers
from tests.browser.conftest import SIZES, Demo, SignIn
from tests.every_page import Answer, kind_of, pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROLES = ("teacher", "counselor", "administrator", "recorder", "district_administrator")
EACH_ROLE_HAS_ITS_OWN = {"/", "/families/#"}
NO_SUCH_PAGE = "/no/such/page"
FIRST_VISIT_BYTES, NEXT_VISIT_BYTES = 150_000, 40_000


@dataclass
class Carried:
    """What went over the wire for one visit, as the browser counted it: heads and bodies, as compressed."""

    wire: CDPSession
    sizes: dict[str, int] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    policy: str = ""

    def __post_init__(self) -> None:
        self.wire.send("Network.enable")
        self.wire.on("Network.requestWillBeSent", lambda sent: self.hosts.add(_host(sent["request"]["url"])))
        self.wire.on("Network.loadingFinished", lambda done: self._add(done["requestId"], done["encodedDataLength"]))

    def _add(self, request: str, size: float) -> None:
        self.sizes[request] = int(size)

    def start(self) -> None:
        self.sizes.clear()

    @property
    def total(self) -> int:
        return sum(self.sizes.values())


def _host(address: str) -> str:
    return "" if address.startswith("data:") else address.split("/")[2]


@dataclass
class Visits:
    """One browser window after another, each with an empty cache."""

    browser: Browser
    demo: Demo
    size: str
    role: str = ""
    complaints: list[str] = field(default_factory=list)

    def look_at(self, address: str, role: str, cookies: StorageState) -> None:
        width, height = SIZES[self.size]["width"], SIZES[self.size]["height"]
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, storage_state=cookies, service_workers="block"
        )
        page = context.new_page()
        self.role = role
        page.on("pageerror", lambda error: self._complain(address, str(error)))
        if address != NO_SUCH_PAGE:  # the browser itself calls a 404 an error
            page.on("console", lambda said: self._complain(address, said.text) if said.type == "error" else None)
        carried = Carried(context.new_cdp_session(page))
        answer = page.goto(self.demo.address + address, wait_until="load")
        assert answer is not None
        self._check_policy(address, answer.headers.get("content-security-policy", ""))
        self._check_weight(address, carried.total, FIRST_VISIT_BYTES, "first")
        self._check_fit(address, page)
        self._check_targets(address, page)
        if (headings := page.locator("h1").count()) != 1:
            self._complain(address, f"{headings} headings of the first level")
        page.locator("main details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        self._check_fit(address, page)
        for found in barriers(page, WCAG_21_AA):
            self._complain(address, f"light: {found}")
        carried.start()
        page.emulate_media(color_scheme="dark")
        page.goto(self.demo.address + address, wait_until="load")
        self._check_weight(address, carried.total, NEXT_VISIT_BYTES, "next")
        for found in barriers(page, COLOURS):
            self._complain(address, f"dark: {found}")
        if others := carried.hosts - {"", self.demo.address.split("/")[2]}:
            self._complain(address, f"asks {others}")
        context.close()

    def _check_policy(self, address: str, policy: str) -> None:
        if "default-src 'none'" not in policy or "unsafe" in policy:
            self._complain(address, f"policy {policy!r}")

    def _check_weight(self, address: str, carried: int, most: int, visit: str) -> None:
        if carried > most or (visit == "first" and carried == 0):  # the next may come out of the cache whole
            self._complain(address, f"{carried} bytes on the {visit} visit")

    def _check_fit(self, address: str, page: Page) -> None:
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            self._complain(address, f"{over} px wider than the screen")

    def _check_targets(self, address: str, page: Page) -> None:
        small = page.locator("main .btn:visible, .dock .btn:visible").evaluate_all(
            "all => all.filter(one => one.getBoundingClientRect().height < 44).map(one => one.textContent.trim())"
        )
        if small:
            self._complain(address, f"too small to tap: {small}")

    def _complain(self, address: str, words: str) -> None:
        self.complaints.append(f"{self.role}, {address}: {words}")


def test_every_page_is_open_to_everybody_small_and_fits(
    sign_in: SignIn, browser: Browser, demo: Demo, size: str
) -> None:
    """One test for all roles: most pages look alike for each, and are looked at once."""
    looked, seen = Visits(browser, demo, size), set[str]()
    for role in ROLES:
        context = sign_in(role).page.context
        cookies = context.storage_state()
        for address in [*_addresses(context, demo), NO_SUCH_PAGE]:
            kind = kind_of(address)
            if kind not in seen or kind in EACH_ROLE_HAS_ITS_OWN:
                looked.look_at(address, role, cookies)
            seen.add(kind)
    assert looked.complaints == []


def _addresses(context: BrowserContext, demo: Demo) -> list[str]:
    def get(address: str) -> Answer:
        answer = context.request.get(demo.address + address)
        return Answer(answer.status, answer.headers.get("content-type", ""), answer.text())

    return [address for address, _ in pages(get, most_ways=2)]  # further conditions narrow the same page

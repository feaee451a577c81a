"""What holds of every page that somebody who is signed in comes to, in a real browser: see :mod:`tests.browser.visits`.

A test for each role, so that several processes share the longest part of the browser's tests.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import AT_A_DESK, Demo, SignIn
from tests.browser.visits import visits
from tests.every_page import Answer, kind_of, pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROLES = ("teacher", "counselor", "administrator", "recorder", "district_administrator")
EACH_ROLE_HAS_ITS_OWN = {"/", "/families/#"}
NO_SUCH_PAGE = "/no/such/page"


@pytest.fixture(scope="session")
def kept_addresses() -> dict[str, list[str]]:
    """By role, the pages that it comes to."""
    return {}


@AT_A_DESK
@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_open_to_everybody_small_and_fits(
    sign_in: SignIn, browser: Browser, demo: Demo, kept_addresses: dict[str, list[str]], role: str
) -> None:
    """At a phone too: a window is opened once for both. Most pages look alike for each role, and are looked at for the
    first that has them."""
    for other in ROLES[: ROLES.index(role) + 1]:
        if other not in kept_addresses:
            kept_addresses[other] = _addresses(sign_in, demo, other)
    others = {kind_of(address) for before in ROLES[: ROLES.index(role)] for address in kept_addresses[before]}
    cookies = sign_in(role).page.context.storage_state()
    with visits(browser, demo, role, cookies) as looked:
        for address in kept_addresses[role]:
            if kind_of(address) not in others or kind_of(address) in EACH_ROLE_HAS_ITS_OWN:
                looked.look_at(address)
        if role == ROLES[0]:
            looked.look_at(NO_SUCH_PAGE, status=404)
    assert looked.complaints == []


def _addresses(sign_in: SignIn, demo: Demo, role: str) -> list[str]:
    asking = sign_in(role).page.context.request

    def get(address: str) -> Answer:
        answer = asking.get(demo.address + address)
        return Answer(answer.status, answer.headers.get("content-type", ""), answer.text())

    return [address for address, _ in pages(get, most_ways=2)]  # further conditions narrow the same page

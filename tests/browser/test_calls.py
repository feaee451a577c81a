"""A number is tapped on a family's page and beside a question; whoever comes back is asked for one tap."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import ON_A_PHONE, SignIn, Visitor
from tests.browser.test_log import addresses, take_back

pytestmark = [pytest.mark.browser, pytest.mark.slow, ON_A_PHONE]
NO_TELEPHONE = "void (onclick = event => { if (event.target.closest('[href^=tel]')) event.preventDefault(); })"
WHERE = {"/families": "main a.who", "/requests": "main a[href^='/requests/']"}


def one_to_call(person: Visitor, listed: str) -> Page:
    """The first page of this list that has a number; here no telephone takes the call."""
    for link in addresses(person.go(listed), WHERE[listed]):
        page = person.go(link)
        if page.locator("[data-call]").count():
            page.evaluate(NO_TELEPHONE)
            return page
    raise AssertionError(f"nobody on {listed} has a phone")


@pytest.mark.parametrize("listed", WHERE)
def test_coming_back_from_a_call_asks_one_tap_and_leads_to_where_it_began(sign_in: SignIn, listed: str) -> None:
    page = one_to_call(sign_in("counselor"), listed)
    began = page.url
    page.locator("[data-call]").first.click()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    sheet = page.get_by_role("dialog", name="How was the call?")
    expect(sheet).to_be_visible()
    assert barriers(page) == []
    sheet.get_by_role("button", name="No answer").click()
    expect(page.get_by_text(re.compile("Saved: phone with .*, no answer"))).to_be_visible()
    assert page.url == began
    take_back(page)

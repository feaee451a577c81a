"""The places at the foot of a small screen: what a role works with, in reach of a thumb and read in large letters."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.conftest import ON_A_PHONE, SIZES, SignIn
from tests.browser.test_opt_out import fits

pytestmark = [pytest.mark.browser, pytest.mark.slow, ON_A_PHONE]


@pytest.mark.parametrize("role", ["teacher", "counselor", "recorder"])
def test_every_place_can_be_read_and_tapped_also_in_letters_of_twice_the_size(sign_in: SignIn, role: str) -> None:
    page = sign_in(role).go("/families")
    dock = page.locator(".dock")
    for letters in ("100%", "200%"):
        page.evaluate("size => { document.documentElement.style.fontSize = size; }", letters)
        for place in dock.locator("a").all():
            expect(place).to_be_in_viewport(ratio=1)
            box = place.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 44
            assert place.evaluate("one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight")
        around = dock.bounding_box()
        assert around
        assert around["height"] < SIZES["phone"]["height"] / 4
        room = page.locator("main").evaluate("one => parseFloat(getComputedStyle(one).paddingBottom)")
        assert around["height"] <= room, "the last line of a page is never under it"
        assert fits(page)
    assert barriers(page) == []


def test_a_counselor_goes_from_the_queue_to_a_family_and_the_plan_without_the_menu(sign_in: SignIn) -> None:
    page = sign_in("counselor").page
    for place, heading in (("Queue", "Risk queue"), ("Families", "Families"), ("Plan", "Plan")):
        page.locator(".dock").get_by_role("link", name=place).click()
        expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
        expect(page.locator(".dock [aria-current=page]")).to_have_text(place)

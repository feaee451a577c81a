"""The case beside the list, where answers come late and out of order: it is never another family's than the mark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import AT_A_DESK, SignIn
from tests.browser.test_queue import family_of, row_of, rows

pytestmark = [pytest.mark.browser, pytest.mark.slow, AT_A_DESK]


def hold_back(page: Page, address: str) -> list[Route]:
    """Answers to this address, to be let through when the test says so."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(address, hold)
    return held


def test_keys_that_are_quicker_than_the_server_end_at_the_family_that_is_marked(sign_in: SignIn) -> None:
    page = sign_in("counselor").go("/queue?whose=open&assigned=nobody")
    first, second, third = (family_of(rows(page).nth(at)) for at in range(3))
    panel = page.locator("#panel [data-case]")
    row_of(page, first).focus()
    page.keyboard.press("Enter")
    expect(panel).to_have_attribute("data-case", first)

    held = hold_back(page, f"**/queue/{second}?**")
    with page.expect_request(f"**/queue/{second}?**"):
        page.keyboard.press("j")
    expect(page.locator("#panel")).to_have_attribute("aria-busy", "true")
    page.keyboard.press("j")
    expect(panel).to_have_attribute("data-case", third)
    with page.expect_response(f"**/queue/{second}?**"):
        held[0].continue_()
    page.keyboard.press("?")  # whatever comes after the late answer comes after what it did
    expect(page.get_by_role("dialog", name="Keys for the queue")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_have_attribute("data-case", third)
    expect(row_of(page, third)).to_have_attribute("aria-current", "true")
    expect(page.locator("#panel")).not_to_have_attribute("aria-busy", "true")


def test_a_step_that_is_under_way_when_its_dialog_closes_is_told_and_not_offered_again(sign_in: SignIn) -> None:
    page = sign_in("counselor").go("/queue?whose=open&assigned=nobody")
    family = family_of(rows(page).nth(0))
    row_of(page, family).focus()
    page.keyboard.press("n")
    words = page.get_by_role("dialog").get_by_label("Note for whoever works on it next")
    words.fill("She works nights.")
    held = hold_back(page, "**/queue/note")
    with page.expect_request("**/queue/note"):
        page.get_by_role("dialog").locator("button.btn-primary").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    held[0].continue_()
    expect(page.locator("#notices .notice")).to_be_visible()
    row_of(page, family).focus()
    page.keyboard.press("n")
    expect(words).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page.locator("#notices")).to_contain_text("back")

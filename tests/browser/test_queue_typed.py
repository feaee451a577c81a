"""What was typed over the queue outlives a wrong key, and a key without a family says what to do first."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import AT_A_DESK, PATIENCE_MS, SignIn
from tests.browser.test_queue import family_of, marked, row_of, rows, said

pytestmark = [pytest.mark.browser, pytest.mark.slow, AT_A_DESK]


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=5_000)


def note(page: Page) -> Locator:
    return page.get_by_role("dialog").get_by_label("Note for whoever works on it next")


def test_escape_takes_no_words_away_until_they_are_sent(sign_in: SignIn) -> None:
    page = sign_in("counselor").go("/queue?whose=open&assigned=nobody")
    first, second = family_of(rows(page).nth(0)), family_of(rows(page).nth(1))
    row_of(page, first).focus()
    page.keyboard.press("n")
    note(page).fill("Her aunt picks her up.")
    page.keyboard.press("Escape")
    expect(note(page)).to_have_count(0)

    row_of(page, second).focus()
    page.keyboard.press("n")
    expect(note(page)).to_have_value("")
    page.keyboard.press("Escape")
    row_of(page, first).focus()
    page.keyboard.press("r")
    expect(page.get_by_role("dialog").get_by_label("In your own words, if you wish")).to_have_value("")
    page.get_by_role("radio", name="No concern after all").check()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_role("radio", name="No concern after all")).to_be_checked()
    page.keyboard.press("Escape")

    page.keyboard.press("n")
    expect(note(page)).to_have_value("Her aunt picks her up.")
    page.get_by_role("dialog").get_by_role("button", name="Add a note").click()
    expect(said(page)).to_contain_text("Noted: ")
    row_of(page, first).focus()
    page.keyboard.press("n")
    expect(note(page)).to_have_value("")
    page.keyboard.press("Escape")
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "aunt" not in kept
    page.keyboard.press("u")
    expect(said(page)).to_contain_text("Taken back: ")


def test_a_key_without_a_family_says_what_to_do_first(sign_in: SignIn) -> None:
    page = sign_in("counselor").go("/queue?whose=open")
    told = page.get_by_role("alert").filter(has_text=re.compile("No family is marked yet"))
    for key in "srnac":
        page.keyboard.press(key)
        expect(told).to_have_count(1)
        expect(told).to_be_in_viewport()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("j")
        expect(told).to_have_count(0)
        page.reload()

    page.keyboard.press("j")
    expect(marked(page)).to_have_count(1)
    page.keyboard.press("s")
    expect(page.get_by_role("dialog").get_by_text("Until when?")).to_be_visible()

"""The network is gone while somebody works: each page says so, keeps what was typed, and goes on once it is back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import AT_A_DESK, PATIENCE_MS, SignIn
from tests.browser.test_plan import open_a_text
from tests.browser.test_queue import a_free_family, give_back, row_of, rows

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SENTENCE = re.compile("There is no network just now.*What stands here is still yours")


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=5_000)


def cut(page: Page) -> None:
    page.context.set_offline(True)


def mend(page: Page, sign_in: SignIn) -> None:
    """Chromium's console calls each request that found no network a failed load, and htmx names its two events."""
    page.context.set_offline(False)
    meant = ("ERR_INTERNET_DISCONNECTED", "htmx:afterRequest", "htmx:sendError")
    sign_in.complaints[:] = [said for said in sign_in.complaints if not any(each in said for each in meant)]


def told(page: Page) -> Locator:
    return page.get_by_role("alert").filter(has_text=SENTENCE)


@AT_A_DESK
def test_in_the_queue_a_case_a_step_and_a_claim_say_it_and_work_again(sign_in: SignIn) -> None:
    counselor = sign_in("counselor")
    family = a_free_family(counselor)
    page = counselor.page
    row_of(page, family).focus()
    cut(page)
    page.keyboard.press("o")
    expect(told(page)).to_be_in_viewport()
    expect(page.locator("#panel")).to_be_hidden()
    page.keyboard.press("n")
    expect(told(page)).to_have_count(1)
    mend(page, sign_in)

    page.keyboard.press("n")
    words = page.get_by_role("dialog").get_by_label("Note for whoever works on it next")
    words.fill("Her aunt picks her up.")
    expect(told(page)).to_have_count(0)
    cut(page)
    page.get_by_role("dialog").get_by_role("button", name="Add a note").click()
    expect(page.get_by_role("dialog").get_by_text(SENTENCE)).to_be_visible()
    expect(words).to_have_value("Her aunt picks her up.")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(told(page)).to_have_count(1)
    mend(page, sign_in)

    page.keyboard.press("c")
    expect(page.locator("#notices")).to_contain_text("Yours now: ")
    expect(told(page)).to_have_count(0)
    give_back(counselor, family)


@AT_A_DESK
def test_the_queue_s_own_look_for_what_came_in_troubles_nobody(sign_in: SignIn) -> None:
    page = sign_in("counselor").go("/queue?whose=open")
    cut(page)
    with page.expect_event("requestfailed"):
        page.evaluate("htmx.trigger(document.getElementById('queue-live'), 'look')")
    page.keyboard.press("j")
    expect(rows(page).first).to_have_attribute("aria-current", "true")
    expect(told(page)).to_have_count(0)
    mend(page, sign_in)


def test_a_preview_and_the_search_for_a_family_say_it_and_keep_what_was_typed(sign_in: SignIn) -> None:
    page = open_a_text(sign_in("teacher"))
    cut(page)
    page.locator("#body").fill("Words that nobody else has.")
    expect(told(page)).to_be_in_viewport()
    expect(page.locator("#body")).to_have_value("Words that nobody else has.")
    mend(page, sign_in)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("Words that nobody else has.")
    expect(told(page)).to_have_count(0)

    page = sign_in("teacher").go("/families")
    cut(page)
    search = page.get_by_role("searchbox")
    search.fill("zzz")
    expect(told(page)).to_be_in_viewport()
    expect(search).to_have_value("zzz")
    mend(page, sign_in)
    search.press("Enter")
    expect(page.get_by_text("No family with that name")).to_be_visible()


@AT_A_DESK
def test_who_asks_for_a_student_is_told_by_the_search_alone(sign_in: SignIn) -> None:
    page = sign_in("teacher").go("/contacts/new")
    cut(page)
    page.get_by_label(re.compile("Student or parent")).fill("ma")
    expect(page.get_by_text("No network just now. Note it by hand")).to_be_visible()
    expect(told(page)).to_have_count(0)
    mend(page, sign_in)

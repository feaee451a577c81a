"""The story that the system is for, at a desk and on a phone, in a real browser against the running demonstration."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ON_A_PHONE, PATIENCE_MS, SignIn, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SILENCE = "Not reached this year"
ARRIVES = """async ([text, rows, inside, patience]) => {
  const until = Date.now() + patience;
  while (Date.now() < until) {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const found = row => row.textContent.includes(text) && row.querySelector(inside);
    if ([...page.querySelectorAll(rows)].some(found)) return true;
    await new Promise(again => setTimeout(again, 500));
  }
  return false;
}"""
"""Whether the page, asked for again and again, comes to have a row with this text and this part inside."""


def a_family_not_reached(teacher: Visitor) -> str:
    """The address of a family of this teacher's whom nobody at school has reached this year."""
    page = teacher.go("/families")
    links = page.locator("main a.who").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    for link in links:
        if teacher.go(link).get_by_text(SILENCE).count():
            return str(link)
    raise AssertionError("every family of this teacher's has been reached")


def approved_to_leave_at_once(teacher: Visitor) -> tuple[str, str]:
    """Approves the first suggestion on Today that leaves at once, and not on a later day: its family, its words."""
    today = teacher.go("/").get_by_role("link", name="Read and send")
    for address in today.evaluate_all("links => links.map(link => link.getAttribute('href'))"):
        page = teacher.go(address)
        family = page.get_by_role("link", name=re.compile("^the .* family$")).get_attribute("href")
        words = page.locator("#body").input_value()
        page.get_by_role("button", name="Approve").click()
        expect(page.get_by_text(re.compile("Leaves in|It leaves "))).to_be_visible()
        if family and page.get_by_text("Leaves in").count():
            return family, words
        page.get_by_role("button", name="Undo", exact=True).click()
        expect(page.get_by_text("Back among the suggestions.")).to_be_visible()
    raise AssertionError("nothing on Today leaves at once")


def panel(page: Page) -> str:
    return page.get_by_role("region", name="Hear from us").inner_text()


def test_a_teacher_signs_in_by_the_form(sign_in: SignIn) -> None:
    page = sign_in.by_form("teacher").page
    expect(page.get_by_role("link", name="Today", exact=True).locator("visible=true").first).to_be_visible()


def test_a_teacher_logs_a_call_and_sees_the_family_s_reason_change(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    family = a_family_not_reached(teacher)
    page = teacher.page
    before = panel(page)
    page.get_by_role("link", name=re.compile("^Log( a contact)?$")).last.click()
    page.get_by_text("Phone", exact=True).click()
    page.get_by_text("Reached", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).locator("visible=true").click()

    expect(page.get_by_text(re.compile("Saved: phone with .* reached"))).to_be_visible()
    expect(page).to_have_url(re.compile(f"{family}$"))
    assert SILENCE in before
    assert SILENCE not in panel(page)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("It no longer counts")).to_be_visible()
    assert SILENCE in panel(page)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Back as it was")).to_be_visible()
    assert SILENCE not in panel(page)


def test_a_teacher_approves_a_text_which_leaves_arrives_and_stands_in_the_timeline(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    family, words = approved_to_leave_at_once(teacher)
    sentence = words.strip().splitlines()[0]

    outbox = sign_in("administrator").go("/admin/sandbox")
    assert outbox.evaluate(ARRIVES, [sentence, "[data-message]", ".state.delivered", PATIENCE_MS])
    page = teacher.go(family)
    assert page.evaluate(ARRIVES, [sentence, ".said.school", ".meta", PATIENCE_MS])
    page.reload()
    expect(page.locator(".said.school").filter(has_text=sentence).first).to_be_visible()


@ON_A_PHONE
def test_a_contact_can_be_logged_without_any_script(sign_in: SignIn) -> None:
    teacher = sign_in("teacher", scripts=False)
    page = teacher.go("/families?for=log")
    page.locator("main a.who").last.click()
    page.get_by_text("Phone", exact=True).click()
    page.get_by_text("No answer", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).locator("visible=true").click()

    expect(page.get_by_text(re.compile("Saved: phone with .* no answer"))).to_be_visible()

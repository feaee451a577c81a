"""What people do about a family: correct what was logged and read what stood before; tell the safety list of a worry,
which ends; put the family on hold. Each as a colleague sees it too."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import ON_A_PHONE, SignIn, Visitor
from tests.browser.test_log import SAVED, addresses, save

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def a_family_left_in_peace(teacher: Visitor) -> str:
    """The address of a family of this teacher's that today's suggestions leave out, so that no other story needs it."""
    suggested = addresses(teacher.go("/"), "main article a.who")
    return next(link for link in reversed(addresses(teacher.go("/families"), "main a.who")) if link not in suggested)


def refused_as_meant(sign_in: SignIn) -> None:
    """Chromium's console calls each answer that refuses a form a failed load."""
    sign_in.complaints[:] = [said for said in sign_in.complaints if "422" not in said]


def test_a_contact_is_corrected_and_everybody_reads_what_stood_before(sign_in: SignIn, size: str) -> None:
    teacher = sign_in("teacher")
    family = a_family_left_in_peace(teacher)
    page = teacher.go(f"/contacts/new?family={family.rsplit('/', 1)[-1]}")
    page.get_by_text("Phone", exact=True).click()
    page.get_by_text("No answer", exact=True).click()
    page.locator("#more > summary").click()
    page.get_by_label("Note", exact=True).fill(f"Rang twice ({size}).")
    save(page).click()
    expect(page.get_by_text(SAVED)).to_be_visible()
    entry = page.locator(".talk .said", has_text=f"Rang twice ({size}).").first
    entry.locator(".dots summary").click()
    entry.get_by_role("link", name="Correct").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Correct a contact")
    expect(page.locator("[name=outcome]:checked")).to_have_value("no_answer")
    page.get_by_text("Reached", exact=True).click()
    page.get_by_label("Note", exact=True).fill(f"They rang back ({size}).")
    assert barriers(page) == []
    save(page).click()
    expect(page.get_by_text("Corrected. What stood before is kept.")).to_be_visible()
    entry = page.locator(".talk .said", has_text=f"They rang back ({size}).").first
    told = re.compile("^Corrected .* by ")
    entry.get_by_role("link", name=told).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What was changed")
    assert before_and_after(page) == {
        "What came of it": ("No answer", "Reached"), "Note": (f"Rang twice ({size}).", f"They rang back ({size}).")
    }  # fmt: skip

    colleague = sign_in("counselor").page
    colleague.goto(page.url)
    assert before_and_after(colleague) == before_and_after(page)
    page.get_by_role("link", name="Back to the family").click()
    entry.locator(".dots summary").click()
    entry.get_by_role("button", name="Undo this contact").click()
    expect(page.get_by_text("Undone. It no longer counts.")).to_be_visible()


def before_and_after(page: Page) -> dict[str, tuple[str, str]]:
    """What the newest correction changed, by field."""
    found: list[list[str]] = page.locator(".changes table").first.locator("tbody tr").evaluate_all(
        "all => all.map(one => [...one.cells].map(cell => cell.innerText.trim()))"
    )  # fmt: skip
    return {field: (before, after) for field, before, after in found}


def test_a_worry_is_told_to_the_safety_list_and_ends_as_no_danger(sign_in: SignIn, size: str) -> None:
    teacher, counselor = sign_in("teacher"), sign_in("counselor")
    words = f"Came without a coat, and said that nobody is home ({size})."
    page = teacher.go(a_family_left_in_peace(teacher))
    page.get_by_role("link", name="Worried?").click()
    saw = page.get_by_label("What you saw or heard, and when")
    saw.fill(" ")
    page.get_by_role("button", name="Tell the safety list").click()
    expect(saw).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#note-error")).to_be_visible()
    assert barriers(page) == []
    refused_as_meant(sign_in)
    saw.fill(words)
    page.get_by_role("button", name="Tell the safety list").click()
    expect(page.get_by_text(re.compile("The safety list is told now: .+"))).to_be_visible()
    expect(page.get_by_text(words)).to_have_count(0)  # only the list reads it

    listed = counselor.go("/")
    banner = listed.locator(".notice", has_text=re.compile("safety alerts? waits? for you"))
    banner.get_by_role("link", name="Open").click()
    alert = listed.locator("article", has_text=words)
    expect(alert).to_contain_text(f"{teacher.demo.sign_ins['teacher']['name'].split()[-1]} is worried about this")
    assert barriers(listed) == []
    alert.get_by_role("button", name="No danger").click()
    expect(listed.get_by_text("Ended: no danger.")).to_be_visible()
    expect(banner).to_have_count(0)
    other = sign_in("administrator").go("/safety")
    expect(other.locator("article", has_text=words)).to_have_count(0)
    ended = other.get_by_role("region", name="Ended").locator(".row-line").first
    expect(ended).to_contain_text("No danger")
    expect(ended).to_contain_text(re.compile(f"by .*{counselor.demo.sign_ins['counselor']['name'].split()[-1]}"))


@ON_A_PHONE
def test_a_counselor_holds_a_family_by_tap_and_a_teacher_reads_only_whom_to_ask(sign_in: SignIn) -> None:
    teacher, counselor = sign_in("teacher"), sign_in("counselor")
    family = a_family_left_in_peace(teacher)
    page = counselor.go(family)
    page.get_by_role("link", name="Put on hold").click()
    page.get_by_text("Crisis", exact=True).click()
    page.get_by_label(re.compile("^Note")).fill("In hospital.")
    last = page.get_by_label("Last day on hold")
    last.fill("2020-01-01")
    page.get_by_role("button", name="Put on hold").click()
    expect(last).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label(re.compile("^Note"))).to_have_value("In hospital.")
    assert barriers(page) == []
    refused_as_meant(sign_in)
    last.fill("")
    page.get_by_role("button", name="Put on hold").click()
    held = page.get_by_role("region", name="On hold")
    expect(held).to_contain_text("Crisis: In hospital.")

    seen = teacher.go(family)
    told = seen.get_by_role("region", name="On hold")
    expect(told).to_contain_text(counselor.demo.sign_ins["counselor"]["name"].split()[-1])
    expect(told).not_to_contain_text("In hospital.")
    expect(seen.get_by_role("link", name="Write to them")).to_have_count(0)
    held.get_by_role("button", name="End the hold").click()
    expect(page.get_by_text("The hold has ended.")).to_be_visible()
    seen.reload()
    expect(told).to_have_count(0)
    expect(seen.get_by_role("link", name="Write to them")).to_be_visible()

"""What saves a second telling of the same: repeat the last contact, save and log another, say when it really was."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from outreach.generate.frame import DISTRICT_ZONE
from tests.browser.barriers import barriers
from tests.browser.conftest import SignIn
from tests.browser.test_log import SAVED, addresses, save, take_back

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def opened(page: Page) -> None:
    """The part of the form that is one tap away."""
    page.locator("#more > summary").click()


def test_the_last_contact_is_repeated_but_for_what_came_of_it(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    link = addresses(teacher.go("/contacts/new"), "a.student")[-1]
    page = teacher.go(link)
    page.get_by_text("In person", exact=True).click()
    page.get_by_text("Reached", exact=True).click()
    opened(page)
    page.get_by_label("Topic", exact=True).select_option(label="Behavior")
    page.get_by_label("Purpose", exact=True).select_option(index=1)
    purpose = page.get_by_label("Purpose", exact=True).input_value()
    page.get_by_label("Note", exact=True).fill("Met at the gate.")
    save(page).click()
    expect(page.get_by_text(SAVED)).to_be_visible()

    page.goto(teacher.demo.address + link)
    page.get_by_role("link", name=re.compile("^Same as last time: in person, .*Behavior, ")).click()
    expect(page.locator("[name=channel]:checked")).to_have_value("in_person")
    expect(page.locator("[name=topic]")).to_have_value("behavior")
    expect(page.locator("[name=purpose]")).to_have_value(purpose)
    expect(page.locator("[name=outcome]:checked")).to_have_count(0)
    expect(page.locator("[name=summary]")).to_have_value("")
    assert barriers(page) == []
    page.get_by_text("Did not want to talk", exact=True).click()
    save(page).click()
    expect(page.get_by_text(re.compile("Saved: in person with .*, did not want to talk"))).to_be_visible()
    family = page.url
    take_back(page)
    told = sign_in("administrator").page
    told.goto(family)
    both = told.locator(".talk .said").filter(has_text=re.compile("in person .* behavior"))
    expect(both.first).to_contain_text("did not want to talk", ignore_case=True)
    expect(both.first).to_contain_text("Undone by")
    expect(both.nth(1)).to_contain_text("Met at the gate.")
    page.goto(family)
    first = page.locator(".talk .said", has_text="Met at the gate.").first
    first.locator(".dots summary").click()
    first.get_by_role("button", name="Undo this contact").click()
    expect(page.get_by_text("Undone. It no longer counts.")).to_be_visible()


def test_one_contact_after_another_is_logged_without_a_way_back(sign_in: SignIn, size: str) -> None:
    teacher = sign_in("teacher")
    page = teacher.go("/contacts/new")
    row = page.locator("a.student").first
    name = row.locator(".who").inner_text()
    row.click()
    page.get_by_text("Phone", exact=True).click()
    page.get_by_text("Left a message", exact=True).click()
    words = "Save and log another" if size == "desk" else "and log another"
    page.get_by_role("button", name=words, exact=True).locator("visible=true").click()
    expect(page).to_have_url(re.compile("/contacts/new$"))
    expect(page.get_by_text(re.compile("Saved: phone with .*, left a message"))).to_be_visible()
    expect(page.get_by_role("combobox")).to_be_focused()
    take_back(page)
    page.goto(teacher.demo.address + "/contacts/new")
    expect(page.locator("a.student .who", has_text=name).first).to_be_visible()


def test_when_it_was_is_changed_to_a_time_that_has_been_and_to_none_that_has_not(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    today = datetime.now(UTC).astimezone(ZoneInfo(DISTRICT_ZONE)).date()
    was = today - timedelta(days=10)
    told_as = f"{was:%a} {was.day} {was:%b}, 10:15 am"
    page = teacher.go(addresses(teacher.go("/contacts/new"), "a.student")[0])
    page.get_by_text("Phone", exact=True).click()
    page.get_by_text("No answer", exact=True).click()
    opened(page)
    page.get_by_label("Day", exact=True).fill((today + timedelta(days=60)).isoformat())
    page.get_by_label("Time", exact=True).fill("10:15")
    save(page).click()
    day = page.get_by_label("Day", exact=True)
    expect(day).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=outcome]:checked")).to_have_value("no_answer")
    assert barriers(page) == []
    sign_in.complaints[:] = [said for said in sign_in.complaints if "422" not in said]

    day.fill(was.isoformat())
    save(page).click()
    expect(page.get_by_text(SAVED)).to_be_visible()
    family = page.url
    expect(standing(page, told_as)).to_have_count(1)
    told = sign_in("counselor").page
    told.goto(family)
    expect(standing(told, told_as)).to_contain_text(teacher.demo.sign_ins["teacher"]["name"].split()[-1])
    take_back(page)
    told.reload()
    expect(standing(told, told_as)).to_have_count(0)


def standing(page: Page, at: str) -> Locator:
    """The entry of this moment in the family's timeline, where it counts."""
    return page.locator(".talk .said").filter(has_text=at).filter(has_not_text="Undone")

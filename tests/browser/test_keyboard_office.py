"""An administrator's errands by keyboard alone: every control is come to by Tab, and seen to be come to."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AT_A_DESK, SignIn
from tests.browser.keyboard import Keyboard
from tests.browser.test_admin import HEAD, NOBODY, free_wednesday, school_calendar

pytestmark = [pytest.mark.browser, pytest.mark.slow, AT_A_DESK]


def test_a_day_is_entered_in_the_calendar_and_taken_back(sign_in: SignIn) -> None:
    page = school_calendar(sign_in(HEAD))
    wanted, before = free_wednesday(page), page.locator("[data-range]").count()
    keys = Keyboard(page)
    keys.skip()
    keys.come_to(page.get_by_label("Day, or the first of several"))
    page.keyboard.type(f"{wanted[5:7]}{wanted[8:]}{wanted[:4]}")
    keys.write(page.get_by_label("What it is, for families to read"), "Water main")
    keys.press(page.locator("form", has=page.locator("#days")).get_by_role("button", name="See what it changes"))
    expect(page.get_by_text("1 school day changes.")).to_be_visible()
    keys.press(page.get_by_role("button", name="Save", exact=True))
    expect(page.locator("[data-range]")).to_have_count(before + 1)
    keys.press(page.get_by_role("button", name="Undo"), back=True)  # the page stands at its days, below what is said
    expect(page.locator("[data-range]")).to_have_count(before)


def test_a_file_is_chosen_and_tried(sign_in: SignIn) -> None:
    page = sign_in(HEAD).go("/admin/imports")
    keys = Keyboard(page)
    keys.skip()
    keys.come_to(page.get_by_label("What it holds"))
    page.keyboard.type("Att")
    expect(page.get_by_label("What it holds")).to_have_value("attendance")
    with page.expect_file_chooser() as chooser:
        keys.press(page.get_by_label("File", exact=True))
    upload = {"name": "absences.csv", "mimeType": "text/csv", "buffer": NOBODY}
    chooser.value.set_files(upload)  # type: ignore[arg-type]  # its own typed dict
    keys.press(page.get_by_role("button", name="Try it"))
    expect(page.get_by_text("Nothing changed; 1 left out.")).to_be_visible()
    keys.skip()
    keys.come_to(page.get_by_role("button", name="Import it"))


def test_a_colleague_is_given_a_student_and_loses_them_again(sign_in: SignIn) -> None:
    page = sign_in(HEAD).go("/admin/staff?role=front_office")
    keys = Keyboard(page)
    keys.skip()
    keys.press(page.locator("[data-line] a.who").first)
    add = page.get_by_role("link", name="Add a student, class or caseload")
    expect(add).to_be_visible()
    before = page.locator("[data-assignment]").count()
    keys.press(add)
    keys.write(page.get_by_label("Part of the student’s name"), "a")
    page.keyboard.press("Enter")
    expect(page.locator("#target input").first).to_be_attached()
    keys.skip()
    keys.pick(page.locator("#target input").first)
    keys.come_to(page.get_by_label("As", exact=True))
    page.keyboard.type("Inter")
    keys.press(page.get_by_role("button", name="Give"))
    expect(page.locator("[data-assignment]")).to_have_count(before + 1)
    keys.press(page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("Ended.")).to_be_visible()


def test_words_to_families_and_points_are_tried_before_they_hold(sign_in: SignIn) -> None:
    head = sign_in(HEAD)
    page = head.go("/admin/messages/en/hello")
    keys = Keyboard(page)
    keys.skip()
    words = page.locator('[id="text.body.0"]')
    keys.write(words, "Good day {guardian}, I am {teacher}.")
    expect(page.locator("#shown-text")).to_contain_text("Good day Rosa, I am")
    expect(words).to_be_focused()
    keys.come_to(page.get_by_role("button", name="Put it into force"))

    head.go("/admin/tuning/risk")
    keys.skip()
    keys.write(page.get_by_label("Now, from"), "6")
    keys.press(page.get_by_role("button", name="Try it"))
    expect(page.locator("#tried")).to_be_visible()
    keys.come_to(page.get_by_role("button", name="Put it into force"))


def test_unknown_senders_delivery_and_consent(sign_in: SignIn) -> None:
    administrator = sign_in("administrator")
    page = administrator.go("/inbox")
    keys = Keyboard(page)
    keys.skip()
    for shown in ("Set aside", "Waiting"):
        chosen = page.locator("main").get_by_role("link", name=shown, exact=True)
        keys.press(chosen)
        expect(chosen).to_have_attribute("aria-current", "true")

    administrator.go("/admin/delivery")
    keys.skip()
    keys.come_to(page.get_by_label(re.compile("^First day of texts")).first)
    page.keyboard.type("01152027")
    keys.press(page.get_by_role("button", name=re.compile("^Keep the first day of texts")).first)
    expect(page.get_by_text("Kept.")).to_be_visible()
    keys.press(page.locator("[name=do][value=not_live]").first)
    expect(page.get_by_text("Taken back.")).to_be_visible()

    administrator.go("/admin/consent")
    keys.skip()
    keys.come_to(page.get_by_label("Said"))
    page.keyboard.type("no")
    keys.press(page.get_by_role("button", name="Show"))
    expect(page).to_have_url(re.compile("state=out"))
    keys.skip()
    keys.press(page.locator("[data-line]", has_text="of every kind").locator("a.who").first)
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    keys.pick(page.get_by_role("radio", name=re.compile("^No more")))
    keys.write(page.get_by_label("Who asked, how and when"), "The mother, by phone, today.")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("It stands in the ledger|It stood so already"))).to_be_visible()

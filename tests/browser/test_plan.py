"""The plan in a real browser: read as the family will, approve, take back, move, set aside; also without any script."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import AT_A_DESK, ON_A_PHONE, SignIn, Visitor
from tests.browser.test_opt_out import fits

pytestmark = [pytest.mark.browser, pytest.mark.slow]
A_DAY = re.compile("^(Mon|Tue|Wed|Thu|Fri) ")


def suggestions(person: Visitor, listed: str = "/plan") -> list[str]:
    links = person.go(listed).locator("main article a.who")
    found: list[str] = links.evaluate_all("all => all.map(one => one.pathname)")
    return found


def open_a_text(person: Visitor, *, but_none_of: Visitor | None = None) -> Page:
    """The page of the first suggestion on this person's list that is a text in English. ``but_none_of``: what these
    would have left is still to leave at its time, for another story."""
    spared = suggestions(but_none_of) if but_none_of else []
    for link in suggestions(person):
        if link in spared:
            continue
        page = person.go(link)
        if page.locator(".phone").count() and page.locator("#body").count() and not confirms(page):
            return page
    raise AssertionError("nothing that is suggested is a text in English")


def open_a_note(person: Visitor) -> Page:
    """The page of the first suggestion to hand a child a note."""
    for link in suggestions(person, "/plan?channel=letter"):
        page = person.go(link)
        if page.locator(".letter").count():
            return page
    raise AssertionError("nothing that is suggested is a note on paper")


def confirms(page: Page) -> bool:
    """Asks whether the words are in the family's language."""
    return page.locator("#language_confirmed").count() > 0


def refused_as_meant(sign_in: SignIn) -> None:
    """Chromium's console calls each answer that refuses a form a failed load."""
    sign_in.complaints[:] = [said for said in sign_in.complaints if "422" not in said]


def test_a_text_is_read_as_the_family_will_approved_and_taken_back(sign_in: SignIn) -> None:
    page = open_a_text(sign_in("teacher"))
    address = page.url
    bubble = page.locator("#preview .bubble")
    words = page.locator("#body")
    before = words.input_value()
    expect(bubble).to_contain_text(before.strip())
    words.fill("Hello, when may I call you this week?")
    expect(bubble).to_contain_text("when may I call you this week?")
    expect(page.locator("#body-count")).to_contain_text("1 text · ")
    assert barriers(page) == []
    assert fits(page)
    page.goto(address)
    expect(words).to_have_value(before)  # looking at it kept nothing
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text(re.compile("Approved. (Leaves in 30 seconds|It leaves at its time)"))).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Back among the suggestions.")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_be_visible()


@ON_A_PHONE
def test_without_any_script_a_text_is_previewed_approved_and_taken_back(sign_in: SignIn) -> None:
    page = open_a_text(sign_in("teacher", scripts=False))
    address, before = page.url, page.locator("#body").input_value()
    page.locator("#body").fill("Hello, a word without any script.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview .bubble")).to_contain_text("a word without any script")
    page.goto(address)
    expect(page.locator("#body")).to_have_value(before)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text(re.compile(r"Approved\. (Leaves|It leaves)"))).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Back among the suggestions.")).to_be_visible()


@ON_A_PHONE
def test_without_any_script_a_family_is_set_aside_with_one_tap_and_comes_back(sign_in: SignIn) -> None:
    page = open_a_text(sign_in("teacher", scripts=False))
    page.get_by_role("button", name="The reason no longer holds").click()
    expect(page.get_by_text("Set aside.")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Back among the suggestions.")).to_be_visible()


def test_a_day_without_school_is_refused_with_its_reason_and_the_next_one_is_a_tap_away(sign_in: SignIn) -> None:
    page = open_a_text(sign_in("counselor"), but_none_of=sign_in("teacher"))
    saturday = date.fromisoformat(page.locator("#day").input_value())
    saturday += timedelta(days=(5 - saturday.weekday()) % 7)
    page.locator("#day").fill(saturday.isoformat())
    page.get_by_role("button", name="Keep the changes").last.click()
    expect(page.get_by_text("is no school day at").first).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name=re.compile("instead$")).click()
    expect(page.get_by_text("Kept.")).to_be_visible()
    expect(page.locator("#day")).to_have_value((saturday + timedelta(days=2)).isoformat())
    refused_as_meant(sign_in)


@ON_A_PHONE
def test_what_is_typed_stays_where_the_preview_does_not_come(sign_in: SignIn) -> None:
    page = open_a_text(sign_in("teacher"))
    page.route("**/plan/**", lambda route: route.fulfill(status=502))
    page.locator("#body").fill("Words that nobody else has.")
    expect(page.get_by_text("The server did not answer as it should.")).to_be_visible()
    expect(page.locator("#body")).to_have_value("Words that nobody else has.")
    assert barriers(page) == []
    sign_in.complaints[:] = [said for said in sign_in.complaints if "502" not in said]


def test_a_text_of_ones_own_waits_thirty_seconds_and_is_stopped(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    for family in (
        teacher.go("/families").locator("main a.who").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    ):
        page = teacher.go(f"/plan/write?family={family.rsplit('/', 1)[-1]}")
        if page.locator("[name=way][value$='-sms']").count():
            break
    page.locator("[name=way][value$='-sms']").first.check()
    expect(page.locator("#title")).to_be_hidden()
    expect(page.locator("#day")).to_be_hidden()
    page.locator("#body").fill("A word that should not leave.")
    page.locator("[name=language_confirmed]").check()
    expect(page.locator("#preview .bubble")).to_contain_text("A word that should not leave.")
    assert barriers(page) == []
    assert fits(page)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text(re.compile("In the outbox. (Leaves in 30 seconds|It leaves on)"))).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Stopped: it did not leave.")).to_be_visible()
    expect(page.locator("#body")).to_have_value("A word that should not leave.")


def test_the_second_of_two_people_is_told_and_nothing_is_lost(sign_in: SignIn) -> None:
    page = open_a_text(sign_in("counselor"), but_none_of=sign_in("teacher"))
    address = page.url
    other = sign_in("administrator").go("/" + address.split("/", 3)[3])
    other.get_by_role("button", name=A_DAY).first.click()
    expect(other.get_by_text("Kept.")).to_be_visible()
    page.locator("#body").fill("Words that I was typing.")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("moved this to another time while you had it open").first).to_be_visible()
    expect(page.locator("#body")).to_have_value("Words that I was typing.")
    page.goto(address)
    page.get_by_role("button", name=A_DAY).last.click()  # having read it, the second may decide otherwise
    expect(page.get_by_text("Kept.")).to_be_visible()
    refused_as_meant(sign_in)


@AT_A_DESK
def test_what_is_printed_of_a_note_is_the_note_alone(sign_in: SignIn) -> None:
    page = open_a_note(sign_in("district_administrator"))
    words = page.locator(".letter .words").inner_text()
    expect(page.get_by_role("button", name="Print the note")).to_be_visible()
    page.emulate_media(media="print")

    expect(page.locator(".letter header p")).to_have_count(3)
    assert page.locator("body").inner_text().endswith(words)
    left = page.locator("body *:visible").evaluate_all(
        "all => all.filter(one => !one.closest('.letter') && !one.querySelector('.letter')).map(one => one.outerHTML)"
    )
    assert left == []
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1

"""A family in a real browser, at a desk and on a phone: its filters and acts, by keyboard, without scripts, by axe."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import COLOURS, barriers
from tests.browser.conftest import AT_A_DESK, ON_A_PHONE, SignIn, Visitor
from tests.browser.keyboard import Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def a_family_with_much_to_tell(visitor: Visitor) -> str:
    """The address of the family, among the first of the list, whose timeline is the longest."""
    entries = {link: _unopened(visitor, link).count('class="dots"') for link in _listed(visitor)[:8]}
    return max(entries, key=lambda link: entries[link])


def a_family_whose_marks_are_drawn(visitor: Visitor) -> Page:
    """Open at the first family of the list that has a subject with more than one mark."""
    drawn = next(link for link in _listed(visitor) if 'class="marks"' in _unopened(visitor, link))
    page = visitor.go(drawn)
    expect(page.locator("svg.marks").first).to_be_visible()
    return page


def _listed(visitor: Visitor) -> list[str]:
    links = visitor.go("/families").locator("main a.who")
    return [str(link) for link in links.evaluate_all("links => links.map(link => link.getAttribute('href'))")]


def _unopened(visitor: Visitor, address: str) -> str:
    """What the page holds, without the time that a window takes to show it."""
    return visitor.page.context.request.get(visitor.demo.address + address).text()


def test_the_sheet_of_one_student_bars_nobody(sign_in: SignIn) -> None:
    counselor = sign_in("counselor")
    page = counselor.go(f"{a_family_with_much_to_tell(counselor)}/print")
    page.get_by_role("button", name="Show the sheet").click()
    expect(page.get_by_role("heading", name=re.compile("^Contacts about "))).to_be_visible()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.emulate_media(color_scheme="dark")
    assert barriers(page, COLOURS) == []


def test_the_filters_change_the_conversation_in_place_and_stand_in_the_address(sign_in: SignIn) -> None:
    counselor = sign_in("counselor")
    family = a_family_with_much_to_tell(counselor)
    page = counselor.go(family)
    page.get_by_role("link", name="Messages", exact=True).click()

    expect(page).to_have_url(re.compile(f"{family}\\?show=messages$"))
    expect(page.get_by_role("link", name="Messages", exact=True)).to_have_attribute("aria-current", "true")
    assert page.locator(".talk .meta").filter(has_text=" · phone · ").count() == 0
    page.get_by_text("By child, by who began").click()
    page.get_by_role("link", name="The family began").click()
    expect(page).to_have_url(re.compile("show=messages&began=family|began=family&show=messages"))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@ON_A_PHONE
def test_the_filters_and_the_entries_work_without_scripts(sign_in: SignIn) -> None:
    counselor = sign_in("counselor", scripts=False)
    family = a_family_with_much_to_tell(counselor)
    page = counselor.go(family)
    page.get_by_role("link", name="Calls and talks").click()
    expect(page).to_have_url(re.compile("show=calls"))
    page = counselor.go(family)
    page.locator(".dots summary").first.click()
    expect(page.get_by_role("button", name="This worries me: tell the safety list").first).to_be_visible()
    page.get_by_role("link", name="What was changed").first.click()
    expect(page.get_by_role("heading", name="What was changed")).to_be_visible()


@AT_A_DESK
def test_a_counselor_puts_a_family_on_hold_by_keyboard_and_takes_it_back(sign_in: SignIn) -> None:
    counselor = sign_in("counselor")
    family = a_family_with_much_to_tell(counselor)
    page = counselor.go(family)
    keys = Keyboard(page)
    keys.skip()
    keys.press(page.get_by_role("link", name="Put on hold"))
    keys.pick(page.get_by_label("Crisis"))
    keys.write(page.get_by_label(re.compile("^Note")), "In hospital.")
    keys.press(page.get_by_role("button", name="Put on hold"))

    held = page.get_by_role("region", name="On hold")
    expect(held).to_contain_text("Crisis: In hospital.")
    expect(page.get_by_role("link", name="Put on hold")).to_have_count(0)
    keys.press(page.get_by_role("button", name="Undo", exact=True))
    expect(page.get_by_text("Taken back: there is no hold.")).to_be_visible()
    expect(held).to_have_count(0)


def test_the_picture_and_the_marks_are_there_as_tables_too(sign_in: SignIn) -> None:
    counselor = sign_in("counselor")
    page = a_family_whose_marks_are_drawn(counselor)
    page.locator(".head summary").click()
    expect(page.get_by_role("table", name="Who spoke first, week by week")).to_be_visible()
    marks = page.locator("section", has=page.get_by_role("heading", name="How it goes at school"))
    picture = marks.get_by_role("img").first
    expect(picture).to_have_attribute("aria-label", re.compile(r"marks? this year"))
    marks.get_by_text("Show the marks as a table").first.click()
    expect(marks.get_by_role("table").first).to_be_visible()


def test_what_is_printed_is_the_sheet_alone(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    family = a_family_with_much_to_tell(teacher)
    page = teacher.go(f"{family}/print")
    page.get_by_role("button", name="Show the sheet").click()
    page.emulate_media(media="print")

    expect(page.get_by_role("heading", name=re.compile("^Contacts about "))).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ contacts? · Printed "))).to_be_visible()
    for unwanted in (".bar", ".no-paper", ".dock"):
        expect(page.locator(unwanted)).to_be_hidden()

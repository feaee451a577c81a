"""The plan's longer ways: a day approved together, words of one's own for later or for every week and called off, a
suggestion set aside in one's own words. Each as a colleague sees it too."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import SignIn, Visitor
from tests.browser.test_family_acts import a_family_left_in_peace, refused_as_meant
from tests.browser.test_plan import open_a_text

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def surname(visitor: Visitor, role: str) -> str:
    return visitor.demo.sign_ins[role]["name"].split()[-1]


def test_a_day_is_approved_together_as_notices_and_taken_back_together(sign_in: SignIn, size: str) -> None:
    administrator, counselor = sign_in("administrator"), sign_in("counselor")
    page = administrator.go("/plan")
    page.locator("summary", has_text=re.compile("[Dd]ay, way")).click()
    page.get_by_label("Day", exact=True).select_option(index=1)
    expect(page).to_have_url(re.compile(r"[?&]day=\d{4}-"))
    page.get_by_role("link", name=re.compile(r"Approve all \d+ that are ready")).click()
    ticks = page.locator("main .tick")
    expect(page.get_by_role("heading", name=f"{ticks.count()} messages go out")).to_be_visible()
    assert barriers(page) == []
    ticks.locator("input").evaluate_all("all => all.forEach(one => { one.checked = false; })")
    others = ticks.filter(has_not_text=surname(administrator, "teacher"))
    names = [others.nth(at).locator(".who").inner_text() for at in (-1, -2)]
    for at in (-1, -2):
        others.nth(at).locator("input").check()
    page.get_by_role("button", name="Approve these as notices").click()
    expect(page.get_by_text("2 approved: they count as notices, not as a teacher’s own word.")).to_be_visible()

    seen = counselor.go("/plan")
    for name in names:
        expect(on_the_way(seen, name)).to_have_count(1)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("2 are back among the suggestions.")).to_be_visible()
    seen.reload()
    for name in names:
        expect(on_the_way(seen, name)).to_have_count(0)


def on_the_way(page: Page, words: str) -> Locator:
    return page.locator("article", has_text=words).filter(has=page.get_by_role("button", name="Take it back"))


def saturday_after(page: Page) -> date:
    first = date.fromisoformat(page.locator("#day").input_value())
    return first + timedelta(days=(5 - first.weekday()) % 7 or 7)


def test_words_for_later_are_refused_on_a_saturday_wait_for_monday_and_are_called_off(
    sign_in: SignIn, size: str
) -> None:
    teacher, words = sign_in("teacher"), f"Shall we talk next week? ({size})"
    page = teacher.go(a_family_left_in_peace(teacher))
    page.get_by_role("link", name=re.compile("^Schedule a message to ")).first.click()
    expect(page.locator("[name=when]:checked")).to_have_value("later")
    saturday = saturday_after(page)
    page.locator("#body").fill(words)
    page.locator("[name=language_confirmed]").check()
    if page.locator("#title").is_visible():
        page.locator("#title").fill("A word")
    page.locator("#day").fill(saturday.isoformat())
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#day")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("is no school day at").first).to_be_visible()
    assert barriers(page) == []
    refused_as_meant(sign_in)
    page.get_by_role("button", name=re.compile(" instead$")).click()
    monday = saturday + timedelta(days=2)
    told_as = f"{monday:%a} {monday.day} {monday:%b}"
    expect(page.get_by_text(re.compile(f"In the outbox. It leaves on {told_as}"))).to_be_visible()

    seen = sign_in("administrator").go("/plan")
    expect(on_the_way(seen, words)).to_contain_text(told_as)
    plan = teacher.go("/plan")
    on_the_way(plan, words).get_by_role("button", name="Take it back").click()
    expect(plan.get_by_text("Stopped: it did not leave.")).to_be_visible()
    expect(plan.locator("#body")).to_have_value(words)
    seen.reload()
    expect(on_the_way(seen, words)).to_have_count(0)


def test_words_for_every_week_say_until_when_and_are_ended(sign_in: SignIn, size: str) -> None:
    teacher, words = sign_in("teacher"), f"How did the week go at home? ({size})"
    family = a_family_left_in_peace(teacher)
    page = teacher.go(f"/plan/write?family={family.rsplit('/', 1)[-1]}")
    monday = saturday_after(page) + timedelta(days=2)
    page.get_by_text("Every week", exact=True).click()
    page.locator("#day").fill(monday.isoformat())
    page.locator("#body").fill(words)
    page.locator("[name=language_confirmed]").check()
    if page.locator("#title").is_visible():
        page.locator("#title").fill("The week")
    page.get_by_role("button", name="Send", exact=True).click()
    until = page.get_by_label("Every week until")
    expect(until).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#body")).to_have_value(words)
    assert barriers(page) == []
    refused_as_meant(sign_in)
    until.fill((monday + timedelta(days=14)).isoformat())
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("In the outbox.")).to_be_visible()

    seen = sign_in("administrator").go("/plan")
    card = on_the_way(seen, words)
    expect(card).to_contain_text("Every week on Monday at ")
    plan = teacher.go("/plan")
    on_the_way(plan, words).locator("a.who").click()
    assert barriers(plan) == []
    plan.get_by_role("button", name="End the weekly message").click()
    expect(plan.locator("#notices")).to_contain_text("Ended: nothing more of it goes out.")
    expect(plan.locator("#series")).to_contain_text("It has ended")
    seen.reload()
    expect(card).to_have_count(0)


def test_a_suggestion_is_set_aside_in_ones_own_words_and_comes_back(sign_in: SignIn) -> None:
    page = open_a_text(sign_in("counselor"), but_none_of=sign_in("teacher"))
    address, name = page.url, page.get_by_role("heading", level=1).inner_text()
    page.get_by_label("or in your own words").fill("The mother asked for a quiet week.")
    page.get_by_role("button", name="Set aside for 14 days").click()
    expect(page.get_by_text("Set aside. It comes back in 14 days, or when the family writes.")).to_be_visible()
    aside = page.locator("article", has=page.get_by_role("link", name=name, exact=True))
    expect(aside.filter(has_text="The mother asked for a quiet week.")).to_have_count(1)
    seen = sign_in("administrator").page
    seen.goto(address)
    expect(seen.get_by_text("“The mother asked for a quiet week.”")).to_be_visible()
    expect(seen.get_by_role("button", name="Approve")).to_have_count(0)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Back among the suggestions.")).to_be_visible()
    seen.reload()
    expect(seen.get_by_role("button", name="Approve")).to_be_visible()

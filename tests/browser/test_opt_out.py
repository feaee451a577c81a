"""A family texts "no más": its teacher sees why nothing more went out, and an administrator sees the ledger's line."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import PATIENCE_MS, SignIn, Visitor
from tests.browser.test_story import ARRIVES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ARRIVES_MS = 2 * PATIENCE_MS
"""Half a minute to change one's mind, and as long again for a machine that does much else."""
FIRST = "A quiet word about this week."
"""Begins the text that is sent by hand while everything is stopped, so that the opt-out overtakes it."""


def send_a_text(teacher: Visitor, words: str) -> str:
    """The teacher writes to the first family whose text leaves at once, not at a better hour; the family's address."""
    families = (
        teacher.go("/families").locator("main a.who").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    )
    for family in families:
        page = write_by_hand(teacher, family, words)
        if page is None:
            continue
        if page.get_by_text("In the outbox. Leaves in").count():
            return str(family)
        page.get_by_role("button", name="Undo").click()
    raise AssertionError("no family can be texted at once")


def write_by_hand(teacher: Visitor, family: str, words: str) -> Page | None:
    """A text to this family is in the outbox; None: it gets no texts."""
    page = teacher.go(f"/plan/write?family={family.rsplit('/', 1)[-1]}")
    ways = page.locator("[name=way][value$='-sms']")
    if ways.count() == 0:
        return None
    ways.first.check()
    page.locator("#body").fill(words)
    page.locator("[name=language_confirmed]").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("In the outbox.")).to_be_visible()
    return page


def stop_all(administrator: Visitor, why: str) -> None:
    page = administrator.go("/admin")
    page.get_by_label("Why, for everybody to read").first.fill(why)
    page.get_by_role("button", name=re.compile("^Stop everything")).first.click()
    expect(page.get_by_text("Nothing goes out until it is resumed.")).to_be_visible()


def go_on(administrator: Visitor) -> None:
    page = administrator.go("/admin")
    page.get_by_role("button", name="Resume").first.click()
    expect(page.get_by_text("Resumed.")).to_be_visible()


def write_back(administrator: Visitor, to: str, words: str) -> str:
    """As the family that got ``to``; the last four digits of its number."""
    page = administrator.go("/admin/sandbox")
    assert page.evaluate(ARRIVES, [to, "[data-message]", ".state.delivered", ARRIVES_MS])
    page.reload()
    row = page.locator("[data-message]", has_text=to).first
    number = row.locator("b").first.inner_text()
    row.get_by_text("Write back as this family").click()
    row.locator("textarea").fill(words)
    row.get_by_role("button", name="Let it come in").click()
    expect(page.get_by_text("It came in")).to_be_visible()
    return number[-4:]


def test_a_family_that_texts_no_mas_is_left_in_peace_and_everybody_sees_why(sign_in: SignIn, size: str) -> None:
    teacher, administrator = sign_in("teacher"), sign_in("administrator")
    sent, second = f"A good week in class ({size})", f"{FIRST} ({size})"
    family = send_a_text(teacher, sent)
    page = administrator.go("/admin/sandbox")
    assert page.evaluate(ARRIVES, [sent, "[data-message]", ".state.delivered", ARRIVES_MS])
    stop_all(administrator, "A test of the opt-out")
    write_by_hand(teacher, family, second)
    ending = write_back(administrator, sent, "no más")
    go_on(administrator)

    plan = teacher.go("/plan")
    assert plan.evaluate(ARRIVES, [second, ".row-line", ".state.skipped", ARRIVES_MS])
    plan.reload()
    card = plan.locator(".row-line", has_text=second).first
    expect(card).to_contain_text("Not sent")
    expect(card).to_contain_text(re.compile("This person wrote on .+ that no more texts should come"))
    assert barriers(plan) == []
    outbox = administrator.go("/admin/sandbox")
    expect(outbox.locator("[data-message]", has_text=second)).to_have_count(0)

    told = teacher.go(family)
    expect(told.get_by_text("no more texts: the family wrote it").first).to_be_visible()
    assert barriers(told) == []
    ledger = administrator.go("/admin/consent")
    line = ledger.locator("[data-line]", has_text=f"•••• {ending}").first
    expect(line).to_contain_text("No to texts of every kind")
    expect(line).to_contain_text("the family wrote it")
    assert barriers(ledger) == []
    line.locator("a.who").click()
    expect(ledger.get_by_role("heading", name="History")).to_be_visible()
    expect(ledger.get_by_text("School matters: no texts")).to_be_visible()
    assert barriers(ledger) == []
    assert fits(ledger)


def fits(page: Page) -> bool:
    """Nothing makes the page wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_the_count_of_texts_follows_the_typing(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    links = teacher.go("/families").locator("main a.who")
    for family in links.evaluate_all("all => all.map(one => one.getAttribute('href'))"):
        page = teacher.go(f"/plan/write?family={family.rsplit('/', 1)[-1]}")
        if page.locator("[name=way][value$='-sms']").count():
            break
    page.locator("[name=way][value$='-sms']").first.check()
    count, words = page.locator("#body-count"), page.locator("#body")
    expect(count).to_have_text("Nothing written yet.")
    words.press_sequentially("Hello Rosa")
    expect(count).to_have_text("1 text · 150 left")
    words.fill("Mamá, “así”")
    expect(count).to_contain_text("á “ í and ” leave less than half the room")
    words.fill("a" * 460)
    expect(count).to_have_text("4 texts, and at most 3 may go at once: shorten it.")
    expect(count.get_by_role("status")).to_be_visible()
    assert barriers(page) == []
    assert fits(page)
    if page.locator("[name=way][value$='-email']").count():
        page.locator("[name=way][value$='-email']").first.check()
        expect(count).to_be_hidden()

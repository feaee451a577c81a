"""A teacher's and a counselor's day by keyboard alone: every control is come to by Tab, and seen to be come to."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import AT_A_DESK, SignIn
from tests.browser.keyboard import Keyboard
from tests.browser.test_family import a_family_with_much_to_tell
from tests.browser.test_log import SAVED
from tests.browser.test_plan import open_a_text

pytestmark = [pytest.mark.browser, pytest.mark.slow, AT_A_DESK]

BACK = "Back among the suggestions."


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def undo(keys: Keyboard, told: str) -> None:
    keys.press(button(keys.page, "Undo"))
    expect(keys.page.get_by_text(re.compile(told))).to_be_visible()


def test_today_s_card_is_set_aside_and_logged_from(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    page, keys = teacher.go("/"), Keyboard(teacher.page)
    keys.skip()
    card = page.locator("main article", has=page.locator("details summary", has_text="Not now")).first
    keys.press(card.locator("summary", has_text="Not now"))
    keys.press(card.get_by_role("button", name="I have just been in touch"))
    expect(page.get_by_text("Set aside.")).to_be_visible()
    undo(keys, BACK)

    teacher.go("/")
    keys.skip()
    keys.press(page.locator("main").get_by_role("link", name=re.compile("^Log ")).first)
    keys.pick(page.locator("#channel-phone"))
    keys.pick(page.locator("#outcome-no_answer"))
    page.keyboard.press("Enter")
    expect(page.get_by_text(SAVED)).to_be_visible()
    undo(keys, "no longer counts")


def test_several_students_are_logged_at_once(sign_in: SignIn) -> None:
    page = sign_in("teacher").go("/contacts/many")
    keys = Keyboard(page)
    keys.skip()
    keys.press(page.locator("main a.student").first)
    lines = page.locator("fieldset.many-line")
    expect(lines.first).to_be_visible()
    keys.skip()
    for at in (0, 2):
        keys.pick(lines.nth(at).locator("[value=reached]"))
    keys.press(button(page, "Save all").locator("visible=true"))
    expect(page.get_by_text("Saved: 2 contacts.")).to_be_visible()
    undo(keys, "no longer count")


def test_a_conversation_is_narrowed_where_it_stands(sign_in: SignIn) -> None:
    counselor = sign_in("counselor")
    page = counselor.go(a_family_with_much_to_tell(counselor))
    keys = Keyboard(page)
    keys.skip()
    wanted = page.get_by_role("link", name="Messages", exact=True)
    keys.press(wanted)
    expect(page).to_have_url(re.compile("show=messages$"))
    expect(wanted).to_have_attribute("aria-current", "true")
    keys.has_its_place()
    keys.press(page.locator("summary", has_text="By child, by who began"))
    keys.press(page.get_by_role("link", name="The family began"))
    expect(page).to_have_url(re.compile("began=family"))
    keys.has_its_place()


def test_a_contact_is_corrected_and_a_worry_told(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    family = a_family_with_much_to_tell(teacher)
    page, keys = teacher.go(family), Keyboard(teacher.page)
    keys.skip()
    entry = page.locator("details.dots", has=page.get_by_role("link", name="Correct", exact=True, include_hidden=True))
    keys.press(entry.first.locator("summary"))
    keys.press(entry.first.get_by_role("link", name="Correct", exact=True))
    expect(page).to_have_url(re.compile("/correct"))
    note = page.locator("#summary")
    more = page.locator("main summary", has_text="note")
    if not note.is_visible():
        keys.press(more.last)
    keys.write(note, "Put right by keyboard.")
    keys.press(button(page, "Save").locator("visible=true"))
    expect(page.get_by_text("Put right by keyboard.").first).to_be_visible()

    keys.press(page.get_by_role("link", name="Worried?"))
    keys.write(page.get_by_label("What you saw or heard, and when"), "A bruise, this morning.")
    keys.press(page.get_by_role("button", name="Tell the safety list"))
    expect(page.locator("#notices")).to_contain_text("call 911")
    told = sign_in("counselor").go("/safety")
    Keyboard(told).press(told.get_by_role("button", name="No danger").first)
    expect(told.locator("#notices")).to_contain_text("Ended: no danger.")


def test_a_suggestion_is_moved_approved_and_set_aside(sign_in: SignIn) -> None:
    page = open_a_text(sign_in("teacher"))
    keys, address = Keyboard(page), page.url
    keys.skip()
    keys.press(page.get_by_role("button", name=re.compile("^(Mon|Tue|Wed|Thu|Fri) ")).first)
    expect(page.get_by_text("Kept.")).to_be_visible()
    page.goto(address)
    keys.press(page.get_by_role("button", name="Approve"))
    expect(page.get_by_text(re.compile(r"Approved\. (Leaves|It leaves)"))).to_be_visible()
    undo(keys, BACK)
    keys.press(page.get_by_role("button", name="The reason no longer holds"))
    expect(page.get_by_text("Set aside.")).to_be_visible()
    undo(keys, BACK)


def test_a_message_of_one_s_own_is_written_and_stopped(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    page = teacher.page
    for family in teacher.go("/families").locator("main a.who").evaluate_all("all => all.map(one => one.pathname)"):
        page = teacher.go(f"/plan/write?family={family.rsplit('/', 1)[-1]}")
        if page.locator("[name=way][value$='-sms']").count():
            break
    keys = Keyboard(page)
    keys.pick(page.locator("[name=way][value$='-sms']").first)
    keys.write(page.locator("#body"), "A word that should not leave.")
    expect(page.locator("#preview .bubble")).to_contain_text("A word that should not leave.")
    expect(page.locator("#body")).to_be_focused()
    keys.press(page.locator("[name=language_confirmed]"), "Space")
    keys.press(button(page, "Send"))
    expect(page.get_by_text("In the outbox.")).to_be_visible()
    undo(keys, "Stopped: it did not leave.")


def test_a_note_is_kept_without_a_network(sign_in: SignIn) -> None:
    page = sign_in("teacher").go("/contacts/new")
    page.evaluate("navigator.serviceWorker.ready.then(worker => worker.active.state !== 'installing')")
    page.context.set_offline(True)
    page.goto(page.url)
    keys = Keyboard(page)
    keys.write(page.get_by_label("Student’s name"), "Maria")
    keys.pick(page.get_by_label("No answer", exact=True))
    keys.write(page.get_by_label("Note", exact=True), "By keyboard, in the gym.")
    keys.press(page.get_by_role("button", name="Keep it on this device"))
    expect(page.get_by_text("Outreach asks you to finish it")).to_be_visible()
    keys.has_its_place()
    page.context.set_offline(False)
    keys.press(page.get_by_role("link", name="Go on"))
    keys.press(page.get_by_role("button", name="Throw away"))
    expect(page.get_by_role("link", name="Finish it")).to_be_hidden()
    keys.has_its_place()
    sign_in.complaints[:] = [said for said in sign_in.complaints if "Failed to load resource" not in said]


def test_a_case_is_claimed_snoozed_and_resolved_without_the_queue_s_own_keys(sign_in: SignIn) -> None:
    """As for somebody who has switched those off; with them: ``test_queue.py``."""
    page = sign_in("counselor").go("/queue?whose=open&assigned=nobody")
    keys = Keyboard(page)
    keys.skip()
    row = page.locator("[data-row]").first
    name = row.locator("a.who").inner_text()
    told = page.locator("#notices")
    keys.press(row.get_by_role("button", name="Claim"))
    expect(told).to_contain_text(f"Yours now: {name}.")
    keys.has_its_place()
    keys.press(button(page, "Undo"), back=True)
    expect(told).to_contain_text(f"Taken back: {name}.")
    keys.has_its_place()

    row = page.locator("[data-row]", has_text=name).first
    for step, choice in (("Snooze", "Until tomorrow"), ("Resolve", "Reached, and settled")):
        keys.press(row.get_by_role("checkbox"), "Space")
        keys.press(page.locator("[data-bar]").get_by_role("button", name=step), back=True)
        asked = page.get_by_role("dialog")
        keys.pick(asked.get_by_role("radio", name=re.compile(choice)))
        keys.press(asked.get_by_role("button", name=step, exact=True))
        expect(asked).to_have_count(0)
        expect(told).to_contain_text(name)
        keys.has_its_place()
        keys.press(button(page, "Undo"), back=True)
        expect(told).to_contain_text(f"Taken back: {name}.")
        keys.has_its_place()

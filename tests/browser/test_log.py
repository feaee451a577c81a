"""Logging a contact in seconds: taps and keys are counted by the browser itself, by pointer and by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.barriers import COLOURS, barriers
from tests.browser.conftest import AT_A_DESK, ON_A_PHONE, WITH_AND_WITHOUT_SCRIPTS, SignIn, Visitor
from tests.browser.keyboard import Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.slow]

expect.set_options(timeout=20_000)
COUNTING = """
for (const [what, name] of [["pointerdown", "taps"], ["keydown", "keys"]])
  addEventListener(what, event => {
    if (event.isTrusted) sessionStorage[name] = 1 + Number(sessionStorage[name] || 0);
  }, true);
"""
SAVED = re.compile(r"^\s*Saved: ")


class Counted:
    """What this page's visitor has tapped and typed since it was asked to count."""

    def __init__(self, visitor: Visitor) -> None:
        self.page = visitor.page
        self.page.context.add_init_script(COUNTING)

    def begin(self) -> None:
        self.page.evaluate("sessionStorage.taps = sessionStorage.keys = 0")

    def told(self) -> tuple[int, int]:
        taps, keys = self.page.evaluate("[sessionStorage.taps, sessionStorage.keys]")
        return int(taps), int(keys)


def say(capsys: pytest.CaptureFixture[str], what: str, counted: tuple[int, int]) -> None:
    with capsys.disabled():
        print(f"\n{what}: {counted[0]} taps, {counted[1]} keys")  # noqa: T201 - the figures that the issue asks for


def save(page: Page) -> Locator:
    return page.get_by_role("button", name="Save", exact=True).locator("visible=true")


def a_student(teacher: Visitor) -> tuple[str, str]:
    """The name of a student of this teacher's, and the address of the form."""
    row = teacher.go("/contacts/new").locator("a.student").first
    return row.locator(".who").inner_text(), row.get_attribute("href") or ""


def addresses(page: Page, links: str) -> list[str]:
    """Where these links of the page lead, each once."""
    found: list[str] = page.locator(links).evaluate_all("all => all.map(one => one.getAttribute('href'))")
    return list(dict.fromkeys(found))


def somebody_with_a_phone(teacher: Visitor) -> Page:
    """The form of a student whose guardian can be called; here no telephone takes the call."""
    for link in addresses(teacher.go("/contacts/new"), "a.student"):
        page = teacher.go(link)
        if page.locator("[data-call]").count():
            page.evaluate(
                "void (onclick = event => { if (event.target.closest('[href^=tel]')) event.preventDefault(); })"
            )
            return page
    raise AssertionError("none of this teacher's families has a phone")


def take_back(page: Page) -> None:
    """Other stories go on in this same district."""
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text(re.compile("no longer counts?"))).to_be_visible()


def test_a_call_is_logged_from_today_in_four_taps_and_no_key(
    sign_in: SignIn, size: str, capsys: pytest.CaptureFixture[str]
) -> None:
    teacher = sign_in("teacher")
    counted = Counted(teacher)
    page = teacher.go("/")
    counted.begin()
    page.locator("main").get_by_role("link", name=re.compile("^Log ")).first.click()
    if not page.locator("#channel-phone").is_checked():
        page.get_by_text("Phone", exact=True).click()
    page.get_by_text("No answer", exact=True).click()
    save(page).click()
    expect(page.get_by_text(SAVED)).to_be_visible()
    taps, keys = counted.told()

    say(capsys, f"A call from Today, {size}", (taps, keys))
    assert taps <= 4
    assert keys == 0
    take_back(page)


def test_a_contact_is_logged_from_the_search_in_three_taps_and_two_letters(
    sign_in: SignIn, size: str, capsys: pytest.CaptureFixture[str]
) -> None:
    teacher = sign_in("teacher")
    name, _ = a_student(teacher)
    counted = Counted(teacher)
    page = teacher.go("/contacts/new")
    expect(page.get_by_role("combobox")).to_be_focused()
    counted.begin()
    page.keyboard.type(name[:2].lower())
    page.get_by_role("option", name=re.compile(f"^{re.escape(name)}")).click()
    page.locator("#outcome label").locator("visible=true").first.click()
    save(page).click()
    expect(page.get_by_text(SAVED)).to_be_visible()
    taps, keys = counted.told()

    say(capsys, f"A contact from the search, {size}", (taps, keys))
    assert taps <= 3
    assert keys == 2
    take_back(page)


@AT_A_DESK
def test_a_contact_is_logged_by_keyboard_alone(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    name, _ = a_student(teacher)
    counted = Counted(teacher)
    page = teacher.go("/contacts/new")
    counted.begin()
    page.keyboard.type(name[:2])
    option = page.get_by_role("option", name=re.compile(f"^{re.escape(name)}"))
    expect(option).to_be_visible()
    for _press in range(8):
        page.keyboard.press("ArrowDown")
        if option.get_attribute("aria-selected") == "true":
            break
    expect(page.get_by_role("combobox")).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/contacts/new\?family="))
    Keyboard(page).pick(page.locator("#outcome input").locator("visible=true").first)
    page.keyboard.press("Enter")
    expect(page.get_by_text(SAVED)).to_be_visible()

    assert counted.told()[0] == 0
    take_back(page)


def test_nothing_is_sent_without_an_outcome_and_the_field_says_so(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    page = teacher.go(a_student(teacher)[1])
    save(page).click()
    expect(page.locator("#outcome .field-error")).to_have_text("Say what came of it.")
    expect(page.locator("#outcome input:focus")).to_have_count(1)


def test_what_may_come_of_it_follows_the_channel_and_who_began(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    page = teacher.go(a_student(teacher)[1])
    shown = page.locator("#outcome label").locator("visible=true")
    page.get_by_text("Phone", exact=True).click()
    assert "Left a message" in shown.all_inner_texts()[1]
    page.get_by_text("Left a message", exact=True).click()
    page.get_by_text("In person", exact=True).click()
    expect(page.get_by_text("Left a message", exact=True)).to_be_hidden()
    expect(page.locator("[name=outcome]:checked")).to_have_count(0)
    expect(page.locator("#question")).to_be_hidden()
    page.get_by_text("The family", exact=True).click()
    expect(page.locator("#question")).to_be_visible()
    expect(page.get_by_text("Did not want to talk", exact=True)).to_be_hidden()


def test_an_open_question_ticks_itself_only_once_somebody_was_reached(sign_in: SignIn) -> None:
    counselor = sign_in("counselor")
    asked = addresses(counselor.go("/requests?show=all"), 'main a[href^="/requests/"]')
    for link in asked:  # until one whose family waits for one answer: of two there is a choice
        log_it = addresses(counselor.go(link), 'a[href*="/contacts/new?family="]')
        box = counselor.page.locator("[name=answers_request_id][data-on]")
        if log_it and counselor.go(log_it[0]) and box.count():
            break
    page = counselor.page
    expect(box).not_to_be_checked()
    page.get_by_text("Phone", exact=True).click()
    page.get_by_text("No answer", exact=True).click()
    expect(box).not_to_be_checked()
    page.get_by_text("Reached", exact=True).click()
    expect(box).to_be_checked()
    page.get_by_text("Left a message", exact=True).click()
    expect(box).not_to_be_checked()
    box.check()
    page.get_by_text("No answer", exact=True).click()
    expect(box).to_be_checked()


def test_a_tap_calls_and_coming_back_asks_for_one_tap_more(
    sign_in: SignIn, size: str, capsys: pytest.CaptureFixture[str]
) -> None:
    teacher = sign_in("teacher")
    counted = Counted(teacher)
    page = somebody_with_a_phone(teacher)
    counted.begin()
    page.locator("[data-call]").click()
    sheet = page.get_by_role("dialog", name="How was the call?")
    expect(sheet).to_be_hidden()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(sheet).to_be_visible()
    assert barriers(page) == []
    sheet.get_by_role("button", name="No answer").click()
    expect(page.get_by_text(re.compile("Saved: phone with .*, no answer"))).to_be_visible()
    taps, keys = counted.told()

    say(capsys, f"After a call, the call itself included, {size}", (taps, keys))
    assert (taps, keys) == (2, 0)
    take_back(page)


@ON_A_PHONE
def test_two_calls_from_one_card_are_two_contacts_also_without_a_network(sign_in: SignIn) -> None:
    page = somebody_with_a_phone(sign_in("teacher"))
    sheet = page.get_by_role("dialog", name="How was the call?")
    page.context.set_offline(True)
    for outcome in ("No answer", "Left a message"):
        page.locator("[data-call]").click()
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        sheet.get_by_role("button", name=outcome).click()
        expect(sheet).to_be_hidden()
    expect(page.get_by_text("2 contacts are kept on this device")).to_be_visible()
    page.context.set_offline(False)
    sent = page.get_by_text(re.compile("Kept on this device until now, and sent. Saved: phone"))
    expect(sent).to_have_count(2)
    sign_in.complaints[:] = [said for said in sign_in.complaints if "Failed to load resource" not in said]


def test_who_did_not_call_after_all_is_not_asked_again(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    page = somebody_with_a_phone(teacher)
    page.locator("[data-call]").click()
    page.reload()  # a phone may throw a page away during a call
    sheet = page.get_by_role("dialog", name="How was the call?")
    expect(sheet).to_be_visible()
    sheet.get_by_role("button", name="I did not call").click()
    expect(sheet).to_be_hidden()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(sheet).to_be_hidden()


@pytest.mark.parametrize(("size", "scripts"), WITH_AND_WITHOUT_SCRIPTS, indirect=["size"])
def test_several_students_are_logged_at_once_and_undone_at_once(sign_in: SignIn, scripts: bool) -> None:
    teacher = sign_in("teacher", scripts=scripts)
    page = teacher.go("/contacts/many")
    page.locator("main a.student").first.click()
    lines = page.locator("fieldset.many-line")
    expect(lines.nth(1)).to_be_visible()
    for at in (0, 1):
        lines.nth(at).get_by_text("Reached", exact=True).click()
    page.get_by_role("button", name="Save all").locator("visible=true").click()
    expect(page.get_by_text("Saved: 2 contacts.")).to_be_visible()
    take_back(page)


@ON_A_PHONE
def test_a_student_is_found_and_a_contact_logged_without_any_script(sign_in: SignIn) -> None:
    teacher = sign_in("teacher", scripts=False)
    name, _ = a_student(teacher)
    page = teacher.go("/contacts/new")
    page.get_by_role("searchbox").fill(name[:2])
    page.get_by_role("button", name="Find").click()
    page.locator("#found a.student", has_text=name).first.click()
    page.get_by_text("Phone", exact=True).click()
    expect(page.get_by_text("Arrived", exact=True)).to_be_hidden()
    page.get_by_text("No answer", exact=True).click()
    save(page).click()
    expect(page.get_by_text(re.compile("Saved: phone with .*, no answer"))).to_be_visible()
    take_back(page)


def test_the_names_found_while_typing_bar_nobody(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    name, _ = a_student(teacher)
    page = teacher.go("/contacts/new")
    page.keyboard.type(name[:2])
    expect(page.get_by_role("option").first).to_be_visible()
    assert barriers(page) == []
    page.emulate_media(color_scheme="dark")
    assert barriers(page, COLOURS) == []

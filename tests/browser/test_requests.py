"""Questions of families in a real browser: the board, one question, the list of what is past due, whom to ask; at a
desk and on a phone, with scripts and without, by keyboard, and nothing that axe complains of."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import AT_A_DESK, ON_A_PHONE, WITH_AND_WITHOUT_SCRIPTS, SignIn, Visitor
from tests.browser.keyboard import Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ALL = "/requests?whose=everybody"
TOUCH = 44
ANSWER = "We can talk on Thursday at ten, or call me today."
UNFINISHED = "We can talk on [the day] at ten."


def refused_as_meant(sign_in: SignIn, status: int) -> None:
    """A browser complains of every form that is refused."""
    sign_in.complaints[:] = [line for line in sign_in.complaints if str(status) not in line]


def first_question(visitor: Visitor) -> Page:
    """The page of the question that stands longest past due."""
    page = visitor.go(ALL)
    page.locator(".ask-card h3 a").first.click()
    expect(page.get_by_role("heading", name="What happened so far")).to_be_visible()
    return page


def test_a_counselor_takes_a_question_and_gives_it_back(sign_in: SignIn) -> None:
    page = first_question(sign_in("counselor"))
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_text("The question is yours")).to_be_visible()
    expect(page.get_by_text("you have it")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The question stands as it stood before")).to_be_visible()
    expect(page.get_by_text("you have it")).to_have_count(0)


def test_hostile_is_one_tap_says_what_happened_and_is_undone(sign_in: SignIn) -> None:
    page = first_question(sign_in("counselor"))
    page.get_by_role("button", name="Hostile").click()
    expect(page.get_by_text("nothing was sent to the family").first).to_be_visible()
    expect(page.get_by_text("because of how it is written").first).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Hostile")).to_be_visible()


@ON_A_PHONE
def test_without_scripts_a_question_is_handed_over_and_closed_and_both_are_taken_back(sign_in: SignIn) -> None:
    page = first_question(sign_in("administrator", scripts=False))
    page.get_by_label("To whom", exact=True).select_option(index=2)
    page.get_by_label("Why, for your colleague").fill("Knows the bus.")
    page.locator("form", has=page.get_by_label("Why, for your colleague")).get_by_role("button").click()
    expect(page.get_by_text("Handed over to")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.get_by_label("Why not").fill("She found it herself.")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_text("Closed: no answer needed.")).to_be_visible()
    expect(page.get_by_text("She found it herself.").first).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Why not")).to_be_visible()


def one_that_may_be_texted(visitor: Visitor) -> Page:
    """The page of a question whose family gets texts."""
    return one_that_may_be_reached(visitor, "by text")


def one_that_may_be_mailed(visitor: Visitor) -> Page:
    return one_that_may_be_reached(visitor, "by e-mail")


def one_that_may_be_reached(visitor: Visitor, how: str) -> Page:
    links = visitor.go(ALL).locator(".ask-card h3 a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    for link in links:
        page = visitor.go(link)
        if page.get_by_label("Your words").count() and page.get_by_role("radio", name=re.compile(how)).count():
            return page
    raise AssertionError("no family that waits can be written to")


@ON_A_PHONE
def test_without_scripts_an_answer_is_sent_and_called_off_and_stands_in_its_box_again(sign_in: SignIn) -> None:
    page = one_that_may_be_texted(sign_in("counselor", scripts=False))
    page.get_by_role("radio", name=re.compile("by text")).first.check(force=True)
    page.get_by_label("Your words").fill(UNFINISHED)
    page.get_by_role("button", name="Send the answer").click()
    expect(page.locator("#body-error")).to_be_visible()
    expect(page.get_by_label("Your words")).to_have_value(UNFINISHED)
    page.get_by_label("Your words").fill(ANSWER)
    page.get_by_label("My words are in the family’s language").check()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Your answer is on its way")).to_be_visible()
    expect(page.get_by_text(re.compile("An answer by .* is on its way"))).to_be_visible()
    asked_at = page.url
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(re.compile(re.escape(asked_at)))
    expect(page.get_by_text("Stopped: it did not leave.")).to_be_visible()
    expect(page.get_by_text(re.compile("An answer by .* is on its way"))).to_have_count(0)
    expect(page.get_by_label("Your words")).to_have_value(ANSWER)
    refused_as_meant(sign_in, 422)


def test_an_answer_by_mail_has_a_subject_is_seen_by_a_colleague_and_called_off(sign_in: SignIn) -> None:
    page = one_that_may_be_mailed(sign_in("counselor"))
    subject, words = page.get_by_label("Subject line, for an e-mail"), page.get_by_label("Your words")
    expect(subject).to_be_hidden()
    page.get_by_role("radio", name=re.compile("by e-mail")).first.check()
    expect(page.locator("#body-count")).to_be_hidden()
    words.fill(ANSWER)
    page.get_by_label("My words are in the family’s language").check()
    page.get_by_role("button", name="Send the answer").click()
    expect(subject).to_have_attribute("aria-invalid", "true")
    expect(words).to_have_value(ANSWER)
    assert barriers(page) == []
    refused_as_meant(sign_in, 422)
    subject.fill("Your question")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Your answer is on its way")).to_be_visible()

    seen, by_whom = sign_in("administrator").page, page.get_by_text(re.compile("An answer by .* is on its way"))
    seen.goto(page.url)
    expect(seen.get_by_text(re.compile("An answer by .* is on its way"))).to_have_text(by_whom.inner_text())
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Stopped: it did not leave.")).to_be_visible()
    expect(subject).to_have_value("Your question")
    seen.reload()
    expect(seen.get_by_text(re.compile("An answer by .* is on its way"))).to_have_count(0)


@pytest.mark.parametrize(("size", "scripts"), WITH_AND_WITHOUT_SCRIPTS, indirect=["size"])
def test_a_call_is_logged_as_the_answer_and_taken_back(sign_in: SignIn, scripts: bool) -> None:
    page = first_question(sign_in("counselor", scripts=scripts))
    asked_at = page.url
    page.get_by_role("link", name="Log the answer you gave").first.click()
    page.get_by_text("Phone", exact=True).click()
    page.get_by_text("Reached", exact=True).click()
    expect(page.locator(f"[name=answers_request_id][value='{asked_at.rpartition('/')[2]}']")).to_be_checked()
    page.get_by_role("button", name="Save", exact=True).locator("visible=true").click()
    expect(page.get_by_text(re.compile("Saved: phone with .*"))).to_be_visible()
    undo = page.get_by_role("button", name="Undo", exact=True)
    expect(undo).to_be_visible()
    undo.click()
    expect(page.get_by_text(re.compile("no longer counts?"))).to_be_visible()
    page.goto(asked_at)
    expect(page.get_by_role("link", name="Log the answer you gave").first).to_be_visible()


def test_of_two_people_the_second_reads_what_the_first_did_and_keeps_the_words(sign_in: SignIn) -> None:
    first, second = sign_in("counselor"), sign_in("administrator")
    page, theirs = first_question(second), first_question(first)
    page.get_by_label("Why not").fill("A reason typed at length")
    theirs.get_by_role("button", name="Take it").click()
    expect(theirs.get_by_text("The question is yours")).to_be_visible()
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_role("heading", name="What happened meanwhile")).to_be_visible()
    expect(page.locator("#meanwhile")).to_contain_text("took it.")
    expect(page.get_by_label("Why not")).to_have_value("A reason typed at length")
    theirs.get_by_role("button", name="Undo").click()
    expect(theirs.get_by_text("as it stood before")).to_be_visible()
    second.page.context.close()
    refused_as_meant(sign_in, 409)


@AT_A_DESK
def test_a_question_is_found_taken_handed_over_and_closed_by_keyboard_alone(sign_in: SignIn) -> None:
    page = sign_in("administrator").go(ALL)
    keys = Keyboard(page)
    keys.skip()
    card = page.locator(".ask-card h3 a").first
    name = card.inner_text()
    keys.press(card)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    keys.press(page.get_by_role("button", name="Take it"))
    expect(page.get_by_text("The question is yours")).to_be_visible()
    keys.press(page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("as it stood before")).to_be_visible()

    keys.come_to(page.get_by_label("To whom", exact=True))
    page.keyboard.type("Counseling")
    keys.come_to(page.get_by_label("Why, for your colleague"))
    page.keyboard.type("Knows the family.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Handed over to")).to_be_visible()
    keys.press(page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("as it stood before")).to_be_visible()

    keys.come_to(page.get_by_label("Why not"))
    page.keyboard.type("She found it herself.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Closed: no answer needed.")).to_be_visible()
    keys.press(page.get_by_role("button", name="Undo"))
    expect(page.get_by_label("Why not")).to_be_visible()


@AT_A_DESK
def test_a_question_is_answered_and_given_to_an_administrator_by_keyboard_alone(sign_in: SignIn) -> None:
    page = one_that_may_be_texted(sign_in("counselor"))
    keys = Keyboard(page)
    keys.come_to(page.locator("[name=way]:checked"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    keys.come_to(page.get_by_label("Your words"))
    page.keyboard.type(ANSWER)
    keys.come_to(page.get_by_label("My words are in the family’s language"))
    page.keyboard.press("Space")
    keys.press(page.get_by_role("button", name="Send the answer"))
    expect(page.get_by_text("Your answer is on its way")).to_be_visible()
    keys.press(page.get_by_role("button", name="Undo"))
    expect(page.get_by_label("Your words")).to_have_value(ANSWER)
    keys.press(page.get_by_role("button", name="Hostile"))
    expect(page.get_by_text("nothing was sent to the family").first).to_be_visible()
    keys.press(page.get_by_role("button", name="Undo"))
    expect(page.get_by_role("button", name="Hostile")).to_be_visible()


@AT_A_DESK
def test_the_directory_is_kept_by_keyboard_alone(sign_in: SignIn) -> None:
    page = sign_in("administrator").go("/who-to-ask")
    keys = Keyboard(page)
    keys.press(page.get_by_role("link", name="Add a line").first)
    for label, words in (
        ("For what, in English", "Library"), ("For what, in Spanish", "Biblioteca"),
        ("Which office or person answers", "The library"), ("Phone", "312 555 0188"),
    ):  # fmt: skip
        keys.come_to(page.get_by_label(label, exact=True))
        page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.locator(".ask-lines .who").last).to_have_text("Library")
    keys.press(page.get_by_role("button", name="Move up: Library"))
    expect(page.locator(".ask-lines .who").last).not_to_have_text("Library")
    keys.press(page.get_by_role("button", name="Remove: Library"))
    expect(page.get_by_text("Out of the directory.")).to_be_visible()
    expect(page.locator(".ask-lines .who", has_text="Library")).to_have_count(0)


def test_what_is_past_due_is_printed_and_taken_along(sign_in: SignIn) -> None:
    page = sign_in("counselor").go("/requests/past-due")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="As a file (CSV)").click()
    assert re.fullmatch(r"past-due-\d{4}-\d\d-\d\d\.csv", waiting.value.suggested_filename)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.locator("table.past-due")).to_be_visible()


@ON_A_PHONE
def test_an_administrator_keeps_the_directory_without_scripts(sign_in: SignIn) -> None:
    page = sign_in("administrator", scripts=False).go("/who-to-ask")
    words = page.locator(".ask-lines .who")
    first, second = words.nth(0).inner_text(), words.nth(1).inner_text()
    page.get_by_role("button", name=f"Move down: {first}").click()
    assert [words.nth(0).inner_text(), words.nth(1).inner_text()] == [second, first]
    page.get_by_role("button", name=f"Move up: {first}").click()
    page.get_by_role("button", name=f"Remove: {second}").click()
    expect(page.get_by_text("Out of the directory.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    assert [words.nth(0).inner_text(), words.nth(1).inner_text()] == [first, second]
    page.get_by_role("link", name="Add a line").first.click()
    page.get_by_label("Phone").fill("12")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#phone-error")).to_contain_text("area code")
    expect(page.get_by_label("Phone")).to_have_value("12")
    refused_as_meant(sign_in, 422)


def test_a_family_reads_whom_to_ask_in_its_language(sign_in: SignIn) -> None:
    visitor = sign_in("administrator")
    page = visitor.go("/who-to-ask")
    page.get_by_role("link", name="As families see it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Who to ask")
    page.get_by_role("link", name="Español").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A quién preguntar")
    expect(page.get_by_role("link", name="911")).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 480})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

"""The counselor's triage, by hand, by keyboard and without scripts; two people on one case; open to everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import AT_A_DESK, ON_A_PHONE, PATIENCE_MS, SignIn, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """A busy machine takes its time over what htmx brings; five seconds, the default, are for an idle one."""
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=5_000)


def rows(page: Page) -> Locator:
    return page.locator("[data-row]")


def row_of(page: Page, family: str) -> Locator:
    return page.locator(f"[data-row='{family}']")


def family_of(row: Locator) -> str:
    return row.get_attribute("data-row") or ""


def name_of(row: Locator) -> str:
    return row.locator("a.who").inner_text()


def said(page: Page) -> Locator:
    """What the last step came to."""
    return page.locator("#notices")


def a_free_family(*visitors: Visitor) -> str:
    """A family in everybody's queue whose case nobody has."""
    seen = [
        set(one.go("/queue?whose=open&assigned=nobody").locator("[data-row]").evaluate_all(
            "all => all.map(one => one.dataset.row)"
        ))
        for one in visitors
    ]  # fmt: skip
    both = set.intersection(*seen)
    assert both, "no family stands in both queues"
    return str(min(both, key=int))


def marked(page: Page) -> Locator:
    return page.locator("[data-row][aria-current='true']")


def walk_to(page: Page, family: str) -> None:
    """By the keys for the next row and the one before."""
    for key in ("j", "k"):
        for _row in range(rows(page).count()):
            if marked(page).count() and family_of(marked(page)) == family:
                expect(row_of(page, family)).to_be_focused()
                return
            page.keyboard.press(key)
    raise AssertionError(f"neither j nor k came to {family}")


def test_a_counselor_finds_a_family_and_reads_why(sign_in: SignIn, size: str) -> None:
    page = sign_in("counselor").go("/queue")
    row = rows(page).first
    name, band = name_of(row), row.locator(".band").inner_text()
    assert row.locator(".chip").count() > 0
    row.locator("a.who").click()

    title = page.get_by_role("heading", name=re.compile(f"^{re.escape(name)}"))
    expect(title).to_contain_text(band)
    if size == "desk":
        expect(rows(page).first).to_be_visible()
        expect(page.locator("#panel")).to_be_visible()
    else:
        expect(page).to_have_url(re.compile(r"/queue/\d+"))
    points = [int(text.split()[0]) for text in page.locator("#case .points span").all_inner_texts()]
    assert sum(points) == int(band.split("·")[1])
    expect(page.locator("#case")).to_contain_text("A sign, not a verdict on the family.")
    expect(page.locator("#case").get_by_role("heading", name="What was said")).to_be_visible()
    if size == "phone":
        page.get_by_role("link", name="Back to the queue").click()
        expect(rows(page).first).to_be_visible()


@AT_A_DESK
def test_the_whole_triage_by_keyboard(sign_in: SignIn) -> None:
    page = sign_in("counselor").go("/queue?whose=open&assigned=nobody")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    second = rows(page).nth(1)
    expect(second).to_have_attribute("aria-current", "true")
    expect(second).to_be_focused()
    family, name = family_of(second), name_of(second)

    page.keyboard.press("o")
    expect(page.locator("#case-title")).to_contain_text(name)
    page.keyboard.press("n")
    words = page.get_by_role("dialog").get_by_label("Note for whoever works on it next")
    expect(words).to_be_focused()
    page.keyboard.type("just kidding, calls back: c s r x ?")
    expect(words).to_have_value("just kidding, calls back: c s r x ?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(said(page)).to_contain_text(f"Noted: {name}.")
    expect(page.locator("#panel")).to_contain_text("just kidding, calls back")
    expect(marked(page)).to_have_attribute("data-row", family)

    page.keyboard.press("s")
    expect(page.get_by_role("dialog").get_by_text("Until when?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    page.keyboard.press("s")
    expect(page.get_by_role("radio", name=re.compile("Until tomorrow"))).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(said(page)).to_contain_text(f"Out of the way until then: {name}.")
    expect(row_of(page, family)).to_have_count(0)
    expect(marked(page)).to_have_count(1)
    page.keyboard.press("u")
    expect(said(page)).to_contain_text(f"Taken back: {name}.")
    expect(row_of(page, family)).to_be_visible()
    with page.expect_response(re.compile("/queue/undo")):  # the sentence is the same as before
        page.keyboard.press("u")
    expect(said(page)).to_contain_text(f"Taken back: {name}.")

    walk_to(page, family)
    page.keyboard.press("c")
    expect(said(page)).to_contain_text(f"Yours now: {name}.")
    page.keyboard.press("u")
    expect(row_of(page, family)).to_be_visible()
    walk_to(page, family)
    page.keyboard.press("r")
    expect(page.get_by_role("radio", name="Reached, and settled")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator(".field-error")).to_contain_text("Say how it ended")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.get_by_role("dialog").get_by_role("heading", name="Assign")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_label("Reason", exact=True)).to_be_focused()


@AT_A_DESK
def test_keys_are_told_and_can_be_switched_off(sign_in: SignIn) -> None:
    page = sign_in("counselor").go("/queue")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys for the queue")
    expect(sheet).to_be_visible()
    sheet.get_by_label("Use these keys on this computer").uncheck()
    sheet.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    expect(marked(page)).to_have_count(0)
    page.reload()
    page.keyboard.press("j")
    expect(marked(page)).to_have_count(0)
    page.get_by_role("button", name=re.compile("all keys")).click()
    sheet.get_by_label("Use these keys on this computer").check()
    sheet.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    expect(marked(page)).to_have_count(1)


def test_two_people_on_one_case_the_second_is_told_and_nothing_is_lost(sign_in: SignIn, size: str) -> None:
    first, second = sign_in("counselor"), sign_in("administrator")
    family = a_free_family(first, second)
    name = name_of(row_of(first.page, family))
    row_of(first.page, family).get_by_role("button", name="Claim").click()
    expect(said(first.page)).to_contain_text(f"Yours now: {name}.")

    page = second.page
    resolve(page, family, size, "All is well at home; the mother says so.")
    told = page.locator("#asked")
    expect(told).to_contain_text("It has moved on since you opened the page.")
    sign_in.complaints[:] = [said for said in sign_in.complaints if "409" not in said]
    expect(told).to_contain_text("claimed it.")
    expect(told.get_by_label("In your own words, if you wish")).to_have_value(
        "All is well at home; the mother says so."
    )
    expect(told.get_by_label("No concern after all")).to_be_checked()
    told.get_by_role("button", name="Resolve it all the same").click()
    expect(said(page)).to_contain_text(f"Resolved: {name}.")
    said(page).get_by_role("button", name="Undo").click()
    expect(said(page)).to_contain_text(f"Taken back: {name}.")
    give_back(first, family)


def resolve(page: Page, family: str, size: str, words: str) -> None:
    """From the page as it stands, whatever has happened since it was opened."""
    row_of(page, family).get_by_role("checkbox").check()
    page.locator("[data-bar]").get_by_role("button", name="Resolve").click()
    asked = page.locator("#asked")
    asked.get_by_label("No concern after all").check()
    asked.get_by_label("In your own words, if you wish").fill(words)
    asked.get_by_role("button", name="Resolve", exact=True).click()


def give_back(visitor: Visitor, family: str) -> None:
    page = visitor.go(f"/queue/{family}")
    page.get_by_role("button", name="Give back").click()
    expect(said(page)).to_contain_text("Given back")


def test_many_in_one_go_and_back_again(sign_in: SignIn) -> None:
    page = sign_in("counselor").go("/queue?whose=open&assigned=nobody")
    before = rows(page).evaluate_all("all => all.map(one => one.dataset.row)")
    page.get_by_label("All on this page").check()
    expect(page.locator("[data-count]")).to_have_text(f"{len(before)} chosen")
    rows(page).first.get_by_role("checkbox").uncheck()
    rows(page).nth(1).get_by_role("checkbox").uncheck()
    page.locator("[data-bar]").get_by_role("button", name="Snooze").click()
    page.get_by_label(re.compile("For two weeks")).check()
    page.locator("#asked").get_by_role("button", name="Snooze").click()
    expect(said(page)).to_contain_text(f"{len(before) - 2} families snoozed.")
    said(page).get_by_role("button", name="Undo").click()
    expect(said(page)).to_contain_text(f"Taken back for {len(before) - 2} families.")
    assert rows(page).evaluate_all("all => all.map(one => one.dataset.row)") == before


@ON_A_PHONE
def test_every_step_without_any_script(sign_in: SignIn) -> None:
    counselor = sign_in("counselor", scripts=False)
    page = counselor.go("/queue?whose=open&assigned=nobody")
    row = rows(page).first
    family, name = family_of(row), name_of(row)
    row.get_by_role("button", name="Claim").click()
    expect(said(page)).to_contain_text(f"Yours now: {name}.")
    said(page).get_by_role("button", name="Undo").click()
    expect(said(page)).to_contain_text(f"Taken back: {name}.")

    row_of(page, family).get_by_role("checkbox").check()
    rows(page).nth(1).get_by_role("checkbox").check()
    page.get_by_role("button", name="Snooze").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Snooze")
    page.get_by_role("button", name="Snooze").click()
    expect(page.locator(".field-error")).to_contain_text("Choose a day after today")
    sign_in.complaints[:] = [said for said in sign_in.complaints if "422" not in said]
    page.get_by_label(re.compile("Until tomorrow")).check()
    page.get_by_role("button", name="Snooze").click()
    expect(said(page)).to_contain_text("2 families snoozed.")
    said(page).get_by_role("button", name="Undo").click()
    expect(said(page)).to_contain_text("Taken back for 2 families.")

    row_of(page, family).get_by_role("link", name=re.compile("^Case and notes")).click()
    page.get_by_role("button", name="Add a note").click()
    page.get_by_label("Note for whoever works on it next").fill("Written by hand.")
    page.get_by_role("button", name="Add a note").click()
    expect(page.locator("#case")).to_contain_text("Written by hand.")
    page.get_by_role("button", name="Resolve").click()
    page.get_by_label("Support is arranged").check()
    page.get_by_role("button", name="Resolve").click()
    expect(said(page)).to_contain_text(f"Resolved: {name}.")
    page.get_by_role("button", name="Open again").click()
    expect(said(page)).to_contain_text(f"Open again: {name}.")

    page = counselor.go("/queue?whose=open")
    page.get_by_role("link", name="Reason, grade, language").click()
    page.get_by_label("Reason", exact=True).select_option(index=1)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile("reason=[a-z]"))
    expect(rows(page).first).to_be_visible()
    page.locator("a.who").first.click()
    expect(page).to_have_url(re.compile(r"/families/\d+$"))


def test_a_narrowed_queue_is_kept_as_a_view_and_opened_with(sign_in: SignIn) -> None:
    counselor = sign_in("counselor")
    page = counselor.go("/queue?whose=open")
    page.get_by_role("link", name="Reason, grade, language").click()
    page.get_by_label("Grade", exact=True).select_option(index=1)
    page.get_by_role("button", name="Show", exact=True).click()
    narrowed = re.search(r"grade=\w+", page.url)
    assert narrowed
    page.get_by_text("Views", exact=True).click()
    page.get_by_label("Keep the queue as it is narrowed now, under a name").fill("One grade")
    page.get_by_label("Open the queue with it").check()
    page.get_by_role("button", name="Keep this view").click()
    expect(said(page)).to_contain_text("Kept: One grade.")
    counselor.go("/queue")
    expect(page).to_have_url(re.compile(narrowed[0]))
    counselor.go("/queue/views")
    page.get_by_role("button", name="Delete One grade").click()
    expect(page.locator("#notices")).to_contain_text("Deleted: One grade.")


def test_what_comes_in_is_told_and_no_row_moves(sign_in: SignIn) -> None:
    page = sign_in("counselor").go("/queue")
    before = rows(page).evaluate_all("all => all.map(one => [one.dataset.row, one.getBoundingClientRect().left])")
    page.evaluate("""() => {
      const live = document.getElementById("queue-live");
      live.setAttribute("hx-get", live.getAttribute("hx-get").replace(/since=[^&]+/, "since=2020-01-01T00:00:00Z"));
      htmx.process(live); htmx.trigger(live, "look");
    }""")
    expect(page.locator("#queue-live").get_by_role("link")).to_have_text(re.compile(r"\d+ new · show"))
    after = rows(page).evaluate_all("all => all.map(one => [one.dataset.row, one.getBoundingClientRect().left])")
    assert after == before
    page.locator("#queue-live").get_by_role("link").click()
    expect(rows(page).first).to_be_visible()


@pytest.mark.parametrize("size", ["desk"], indirect=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_over_the_queue_is_open_to_everybody(sign_in: SignIn, scheme: str) -> None:
    counselor = sign_in("counselor")
    counselor.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page = counselor.go("/queue?whose=open")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("#panel")).to_be_visible()
    assert barriers(page) == [], "the case beside the list"
    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert barriers(page) == [], "the dialog"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys for the queue")).to_be_visible()
    assert barriers(page) == [], "the keys"

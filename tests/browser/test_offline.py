"""A contact outlives a dead battery and a lost network: kept on the device for its account, stored once, then gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, Route, StorageState, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import AT_A_DESK, ON_A_PHONE, PATIENCE_MS, SignIn, Visitor
from tests.browser.test_log import a_student, addresses, save, take_back

pytestmark = [pytest.mark.browser, pytest.mark.slow]

expect.set_options(timeout=20_000)
NO_ANSWER = "Failed to load resource"
"""What a browser writes in its console of every request that is refused, or finds no network."""
KEPT_PAGES = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const asked of await cache.keys()) {
      const answer = await cache.match(asked, { ignoreVary: true });
      found.push([new URL(asked.url).pathname, await answer.text()]);
    }
  }
  return found;
}"""
KEPT_DRAFTS = """async () => {
  while (!window.outreachDrafts) await new Promise(again => setTimeout(again, 50));
  return (await window.outreachDrafts.all()).filter(one => one.state !== 'sent').length;
}"""
READY = "navigator.serviceWorker.ready.then(worker => worker.active.state !== 'installing')"
COMES_TO = """async ([number, patience]) => {
  const until = Date.now() + patience;
  while (Date.now() < until) {
    const all = await window.outreachDrafts.all();
    if (all.filter(one => one.state !== "sent").length === number) return true;
    await new Promise(again => setTimeout(again, 50));
  }
  return false;
}"""
AGED = """days => new Promise(done => {
  const asked = indexedDB.open("outreach", 1);
  asked.onsuccess = () => {
    const store = asked.result.transaction("drafts", "readwrite").objectStore("drafts"), all = store.getAll();
    all.onsuccess = () => { all.result.forEach(one => store.put({ ...one, changed: one.changed - days * 86400000 })); };
    store.transaction.oncomplete = done;
  };
})"""


TAPPED = """async ([number, patience]) => {
  const until = Date.now() + patience, tapped = field => field[0].startsWith("outcome-") && field[1];
  while (Date.now() < until) {
    const draft = (await window.outreachDrafts.all()).find(one => one.fields.filter(tapped).length === number);
    if (draft) return draft.key;
    await new Promise(again => setTimeout(again, 50));
  }
}"""


@pytest.fixture
def teacher(sign_in: SignIn) -> Iterator[Visitor]:
    """Somebody whose browser has the worker. That it finds no network now and then is what these tests are about."""
    visitor = sign_in("teacher")
    visitor.go("/contacts/new")
    visitor.page.evaluate(READY)
    yield visitor
    sign_in.complaints[:] = [said for said in sign_in.complaints if NO_ANSWER not in said]


@pytest.fixture
def note() -> str:
    """Words that stand nowhere else."""
    return f"Called about the field trip {uuid4().hex}"


def fill_in(page: Page, note: str) -> None:
    page.locator("#outcome label").locator("visible=true").first.click()
    page.get_by_text("topic, purpose, note, time").click()
    page.locator("#summary").fill(note)


def family_of(page: Page) -> str:
    return "/families/" + page.locator("[name=family_id]").first.input_value()


def stored(visitor: Visitor, family: str, note: str) -> int:
    """How many contacts of the family say this."""
    return visitor.go(family).locator(".said .words", has_text=note).count()


def without_network(visitor: Visitor, note: str) -> str:
    """Fill in a form and save it while there is no network; gives the family's page."""
    page = visitor.go(a_student(visitor)[1])
    family = family_of(page)
    fill_in(page, note)
    page.context.set_offline(True)
    save(page).click()
    expect(page.get_by_text("Kept on this device", exact=True)).to_be_visible()
    return family


def test_what_was_saved_without_a_network_is_stored_once_after_a_reload(teacher: Visitor, note: str) -> None:
    family, page = without_network(teacher, note), teacher.page
    expect(page.get_by_text("One contact is kept on this device")).to_be_visible()
    assert barriers(page) == []
    page.reload()
    expect(page.get_by_role("heading", name="No network")).to_be_visible()
    expect(page.get_by_text("One contact waits on this device.")).to_be_visible()
    assert barriers(page) == []
    page.context.set_offline(False)
    page.goto(teacher.demo.address + "/")
    expect(page.get_by_text(re.compile("Kept on this device until now, and sent. Saved: "))).to_be_visible()
    expect(page.get_by_text("One contact is kept")).to_be_hidden()

    assert stored(teacher, family, note) == 1
    assert page.evaluate(KEPT_DRAFTS) == 0


@ON_A_PHONE
def test_it_goes_by_itself_when_the_network_is_back_while_the_page_stands(teacher: Visitor, note: str) -> None:
    family, page = without_network(teacher, note), teacher.page
    page.context.set_offline(False)
    expect(page.get_by_text(re.compile("Kept on this device until now, and sent. Saved: "))).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("It no longer counts")).to_be_visible()
    expect(page.get_by_text("Kept on this device", exact=True)).to_be_hidden()
    assert teacher.go(family).locator(".said.voided .words", has_text=note).count() == 1


@ON_A_PHONE
def test_several_tabs_send_it_once(teacher: Visitor, note: str) -> None:
    family, page = without_network(teacher, note), teacher.page
    page.context.set_offline(False)
    others = [page.context.new_page() for _ in range(3)]
    for other in others:
        other.goto(teacher.demo.address + "/", wait_until="commit")
    for other in others:
        other.wait_for_load_state("load")
        expect(other.get_by_text("One contact is kept")).to_be_hidden()
    page.goto(teacher.demo.address + "/")
    assert page.evaluate(COMES_TO, [0, PATIENCE_MS])

    assert stored(teacher, family, note) == 1


def test_two_copies_that_are_sent_make_one_contact(teacher: Visitor, note: str) -> None:
    page = teacher.go(a_student(teacher)[1])
    family = family_of(page)
    fill_in(page, note)
    told = page.evaluate("""async () => {
        const form = document.getElementById("log"), body = () => new URLSearchParams(new FormData(form));
        const headers = { Accept: "application/json" };
        const send = () => fetch(form.action, { method: "POST", headers: headers, body: body() });
        return Promise.all((await Promise.all([send(), send()])).map(async answer => (await answer.json()).contact));
    }""")

    assert told[0] == told[1]
    assert stored(teacher, family, note) == 1


def test_a_form_is_offered_again_after_a_dead_battery(teacher: Visitor, note: str) -> None:
    page = begin(teacher, note)
    teacher.go("/")
    expect(page.get_by_text(re.compile("You began this on "))).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    expect(page.locator("#summary")).to_have_value(note)
    expect(page.locator("[name=outcome]:checked")).to_have_count(1)
    expect(page.get_by_text(re.compile("You began this on "))).to_be_hidden()
    save(page).click()
    expect(page.get_by_text(re.compile(r"^\s*Saved: "))).to_be_visible()

    assert page.evaluate(KEPT_DRAFTS) == 0
    assert page.locator(".said .words", has_text=note).count() == 1


@ON_A_PHONE
def test_what_was_begun_is_thrown_away_by_one_tap(teacher: Visitor, note: str) -> None:
    page = begin(teacher, note)
    page.reload()
    page.get_by_role("button", name="Throw away").click()
    expect(page.get_by_text(re.compile("You began this on "))).to_be_hidden()
    assert page.evaluate(KEPT_DRAFTS) == 0


@AT_A_DESK
def test_what_was_begun_is_thrown_away_by_cancel(teacher: Visitor, note: str) -> None:
    page = begin(teacher, note)
    page.get_by_role("link", name="Cancel").locator("visible=true").click()
    page.wait_for_url(re.compile("/families/"))
    assert page.evaluate(KEPT_DRAFTS) == 0


def begin(teacher: Visitor, note: str) -> Page:
    page = teacher.go(a_student(teacher)[1])
    fill_in(page, note)
    assert page.evaluate(COMES_TO, [1, PATIENCE_MS])
    return page


@ON_A_PHONE
def test_a_note_made_without_a_network_is_finished_when_it_is_back_and_stored_once(teacher: Visitor, note: str) -> None:
    name, form = a_student(teacher)
    page = teacher.go(form)
    family = family_of(page)
    page.context.set_offline(True)
    page.goto(teacher.demo.address + "/contacts/new")
    expect(page.get_by_role("heading", name="No network")).to_be_visible()
    page.get_by_label("Student’s name").fill(name)
    page.get_by_text("No answer", exact=True).click()
    page.get_by_label("Note", exact=True).fill(note)
    page.get_by_role("button", name="Keep it on this device").click()
    expect(page.get_by_text("Outreach asks you to finish it")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_text(re.compile("You noted this without a network on .*" + re.escape(name)))).to_be_visible()
    page.get_by_role("link", name="Finish it").click()
    page.get_by_role("option", name=re.compile(f"^{re.escape(name)}")).first.click()
    expect(page.locator("#summary")).to_have_value(note)
    expect(page.locator("#channel-phone")).to_be_checked()
    expect(page.locator("#outcome-no_answer")).to_be_checked()
    expect(page.get_by_text("it was when you noted it")).to_be_visible()
    save(page).click()
    expect(page.get_by_text(re.compile("Saved: phone"))).to_be_visible()

    assert stored(teacher, family, note) == 1
    assert page.evaluate(KEPT_DRAFTS) == 0


@AT_A_DESK
def test_what_was_begun_and_opened_over_a_note_is_not_that_note(teacher: Visitor, note: str) -> None:
    """Both about one student: going on with what was begun must not take the note's name and time."""
    page = teacher.go("/")
    page.context.set_offline(True)
    page.goto(teacher.demo.address + "/contacts/new")
    page.get_by_label("Student’s name").fill("Maria")
    page.get_by_text("No answer", exact=True).click()
    page.get_by_label("Note", exact=True).fill("Only noted")
    page.get_by_role("button", name="Keep it on this device").click()
    expect(page.get_by_text("Outreach asks you to finish it")).to_be_visible()
    page.context.set_offline(False)
    form = a_student(teacher)[1]
    teacher.go(form)
    family = family_of(page)
    fill_in(page, note)
    assert page.evaluate(COMES_TO, [2, PATIENCE_MS])
    teacher.go("/contacts/new")
    noted = (page.get_by_role("link", name="Finish it").get_attribute("href") or "").partition("#")[2]
    teacher.go(f"{form}#{noted}")
    expect(page.locator("#summary")).to_have_value("Only noted")
    expect(page.get_by_text("it was when you noted it")).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    expect(page.locator("#summary")).to_have_value(note)
    expect(page.get_by_text("it was when you noted it")).to_be_hidden()
    page.locator("#summary").press_sequentially("!")
    save(page).click()
    expect(page.get_by_text(re.compile(r"^\s*Saved: "))).to_be_visible()
    assert stored(teacher, family, f"{note}!") == 1
    assert page.evaluate(KEPT_DRAFTS) == 1, "the note still waits to be finished"
    teacher.go("/contacts/new")
    page.get_by_role("button", name="Throw away").click()
    assert page.evaluate(COMES_TO, [0, PATIENCE_MS])


@AT_A_DESK
def test_a_note_that_was_opened_on_the_wrong_student_is_still_a_note(teacher: Visitor, note: str) -> None:
    page = teacher.go("/")
    page.context.set_offline(True)
    page.goto(teacher.demo.address + "/contacts/new#later")
    expect(page.get_by_role("heading", name="No network")).to_be_visible()
    page.get_by_label("Student’s name").fill("Maria")
    page.get_by_text("No answer", exact=True).click()
    page.get_by_label("Note", exact=True).fill(note)
    page.get_by_role("button", name="Keep it on this device").dblclick()
    expect(page.get_by_text("Outreach asks you to finish it")).to_be_visible()
    assert page.evaluate(KEPT_DRAFTS) == 1, "two taps are one note"
    page.context.set_offline(False)
    page.get_by_role("link", name="Go on").click()  # to an address with a fragment
    finish = page.get_by_role("link", name="Finish it")
    _, form = a_student(teacher)
    teacher.go("/contacts/new")
    fragment = (finish.get_attribute("href") or "").partition("#")[2]
    teacher.go(f"{form}#{fragment}")
    page.locator("#summary").press_sequentially("!")
    page.get_by_role("link", name="Cancel").locator("visible=true").click()
    page.wait_for_url(re.compile("/families/"))
    page.goto(teacher.demo.address + "/contacts/new")
    expect(page.get_by_text(re.compile("You noted this without a network on .*: Maria"))).to_be_visible()
    page.get_by_role("button", name="Throw away").click()
    expect(finish).to_be_hidden()
    assert page.evaluate(KEPT_DRAFTS) == 0


def begin_several(teacher: Visitor) -> tuple[list[str], str]:
    """Tap an outcome for three students of a class; gives the addresses of all classes, and the draft's key."""
    classes = addresses(teacher.go("/contacts/many"), "main a.student")
    page = teacher.go(classes[0])
    for at in range(3):
        page.locator("fieldset.many-line").nth(at).get_by_text("Reached", exact=True).click()
    key = page.evaluate(TAPPED, [3, PATIENCE_MS])
    assert key
    return classes, key


def save_all(page: Page) -> None:
    page.get_by_role("button", name="Save all").locator("visible=true").click()
    expect(page.get_by_text("Saved: 3 contacts.")).to_be_visible()
    assert page.evaluate(KEPT_DRAFTS) == 0
    take_back(page)


def test_several_students_that_were_begun_are_all_there_again(teacher: Visitor) -> None:
    begin_several(teacher)
    page = teacher.page
    page.reload()
    page.get_by_role("link", name="Go on").click()
    expect(page.locator(".many-line [value=reached]:checked")).to_have_count(3)
    save_all(page)


@ON_A_PHONE
def test_who_was_tapped_and_stands_on_the_page_no_more_is_saved_with_the_rest(teacher: Visitor) -> None:
    classes, key = begin_several(teacher)
    save_all(teacher.go(f"{classes[1]}#draft={key}"))


@ON_A_PHONE
def test_one_that_the_server_cannot_take_keeps_none_of_the_others_waiting(teacher: Visitor, note: str) -> None:
    stuck, free = f"{note}a", f"{note}b"
    page, other = teacher.page, teacher.page.context.new_page()
    form = a_student(teacher)[1]
    for tab, words in ((page, stuck), (other, free)):
        tab.goto(teacher.demo.address + form)
        fill_in(tab, words)
    family = family_of(page)
    page.context.set_offline(True)
    for tab in (page, other):
        save(tab).click()
        expect(tab.get_by_text("Kept on this device", exact=True)).to_be_visible()

    def answer(route: Route) -> None:
        if stuck.rsplit(maxsplit=1)[-1] in (route.request.post_data or ""):
            route.fulfill(status=500, body="A fault of ours.")
        else:
            route.continue_()

    page.context.route("**/contacts/new", answer)
    page.context.set_offline(False)
    assert page.evaluate(COMES_TO, [1, PATIENCE_MS])
    assert stored(teacher, family, free) == 1
    page.context.unroute("**/contacts/new")
    teacher.go("/")
    assert page.evaluate(COMES_TO, [0, PATIENCE_MS])
    assert stored(teacher, family, stuck) == 1


def change_account(context: BrowserContext, cookies: StorageState) -> None:
    """The session of one person ends, and another signs in at the same device."""
    context.clear_cookies()
    context.add_cookies(cookies["cookies"])  # type: ignore[arg-type]  # what storage_state() gave


@ON_A_PHONE
def test_another_account_neither_sees_nor_sends_it(
    teacher: Visitor, note: str, sign_in: SignIn, kept_sign_ins: dict[str, StorageState]
) -> None:
    sign_in("counselor")
    family, page = without_network(teacher, note), teacher.page
    change_account(page.context, kept_sign_ins["counselor"])
    page.context.set_offline(False)
    page.goto(teacher.demo.address + "/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#drafts")).to_be_empty()
    assert page.evaluate(KEPT_DRAFTS) == 1
    change_account(page.context, kept_sign_ins["teacher"])
    page.goto(teacher.demo.address + "/")
    expect(page.get_by_text(re.compile("Kept on this device until now, and sent"))).to_be_visible()

    assert stored(teacher, family, note) == 1


@ON_A_PHONE
def test_whoever_is_signed_out_meanwhile_keeps_it_until_the_next_sign_in(
    teacher: Visitor, note: str, kept_sign_ins: dict[str, StorageState]
) -> None:
    page = teacher.go(a_student(teacher)[1])
    family = family_of(page)
    fill_in(page, note)
    page.context.clear_cookies()
    save(page).click()
    expect(page.get_by_text("You are no longer signed in")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in")).to_have_attribute("href", re.compile("^/login"))
    change_account(page.context, kept_sign_ins["teacher"])
    page.goto(teacher.demo.address + "/")
    expect(page.get_by_text(re.compile("Kept on this device until now, and sent"))).to_be_visible()
    sent = stored(teacher, family, note)

    assert sent == 1


def test_a_refusal_keeps_it_and_says_what_is_wrong(teacher: Visitor, note: str) -> None:
    page = teacher.go(a_student(teacher)[1])
    family = family_of(page)
    fill_in(page, note)
    page.locator("#day").fill("2999-01-01")
    page.context.set_offline(True)
    save(page).click()
    expect(page.get_by_text("Kept on this device", exact=True)).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("This time lies in the future")).to_be_visible()
    assert barriers(page) == []
    expect(page.locator("#drafts q")).to_contain_text(note)
    page.get_by_role("link", name="Open it").click()
    expect(page.locator("#summary")).to_have_value(note)
    expect(page.get_by_text("it was when you noted it")).to_be_visible()
    page.locator("#day").fill("")
    save(page).click()
    expect(page.get_by_text(re.compile(r"^\s*Saved: "))).to_be_visible()

    assert stored(teacher, family, note) == 1
    assert page.evaluate(KEPT_DRAFTS) == 0


@ON_A_PHONE
def test_after_seven_days_it_is_gone_and_that_is_said(teacher: Visitor, note: str) -> None:
    without_network(teacher, note)
    page = teacher.page
    page.evaluate(AGED, 8)
    page.context.set_offline(False)
    page.goto(teacher.demo.address + "/account")
    said = page.locator("#drafts").get_by_text("was never sent and has been removed after 7 days")
    expect(said).to_contain_text("A contact about")
    page.goto(teacher.demo.address + "/")
    expect(said).to_be_visible()
    expect(said).not_to_contain_text("about")  # that it was lost is told until it is read; whom it was about is gone
    page.get_by_role("button", name="I have read it").click()
    expect(said).to_be_hidden()
    assert page.evaluate(KEPT_DRAFTS) == 0


def sign_out(page: Page) -> None:
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="Sign out").click()


@ON_A_PHONE
def test_signing_out_says_what_would_be_lost_and_leaves_nothing_behind(teacher: Visitor, note: str) -> None:
    page = teacher.go(a_student(teacher)[1])
    fill_in(page, note)
    assert page.evaluate(COMES_TO, [1, PATIENCE_MS])
    sign_out(page)
    said = page.get_by_role("dialog", name="Contacts that are only on this device")
    expect(said).to_be_visible()
    assert barriers(page) == []
    said.get_by_role("button", name="Stay signed in").click()
    expect(said).to_be_hidden()
    sign_out(page)
    page.get_by_role("button", name="Throw away and sign out").click()
    page.wait_for_url(re.compile("/login"))

    assert page.evaluate(KEPT_DRAFTS) == 0
    assert page.evaluate("caches.keys()") == []
    page.context.set_offline(True)
    refused = page.evaluate("fetch('/contacts/ticket').then(() => 'an answer', () => 'no network')")
    assert refused == "no network"


@ON_A_PHONE
def test_no_page_about_a_family_is_left_on_the_device(teacher: Visitor, note: str) -> None:
    page = teacher.page
    names: set[str] = set()
    for address in ("/", "/families", "/contacts/new", "/requests", "/plan"):
        names.update(name.strip() for name in teacher.go(address).locator(".who").all_inner_texts() if name.strip())
    names.update(teacher.go("/").get_by_role("heading", level=1).inner_text().split(", ")[1:])
    page.goto(teacher.demo.address + "/families")
    page.locator("main a.who").first.click()
    page.wait_for_load_state("load")
    without_network(teacher, note)
    page.context.set_offline(False)
    found = page.evaluate(KEPT_PAGES)

    assert len(names) > 10
    assert found
    for address, text in found:
        assert address.startswith(("/assets/", "/offline/")), address
        for name in {*names, note}:
            assert name not in text, (address, name)
    assert page.evaluate("[Object.keys(localStorage), Object.values(sessionStorage)]") == [[], []]

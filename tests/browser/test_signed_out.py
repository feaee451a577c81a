"""The pages of whoever is not signed in, in a real browser: the sign-in and what goes wrong at it, the link to choose a
password, the end of e-mails, the page without a network. What is asked of each: :mod:`tests.browser.visits`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from outreach.delivery.links import Links
from outreach.web.sign_in import PER_ACCOUNT
from tests.browser.conftest import AT_A_DESK, PATIENCE_MS, Demo, SignIn
from tests.browser.test_story import ARRIVES
from tests.browser.visits import Visits, visits

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TRIES = int(PER_ACCOUNT.split()[0])
TRY_AGAIN = """async times => {
  const form = document.querySelector("form[name=login_user_form]");
  const tried = () => fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  for (let at = 0; at < times; at += 1) await tried();
}"""
MOST_ADDRESSES = 60
"""Among the first of a district are some e-mail addresses."""


@pytest.fixture
def stranger(browser: Browser, demo: Demo) -> Iterator[Visits]:
    with visits(browser, demo, "signed out") as looked:
        yield looked


def fill_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("not the password of anybody")


def press(page: Page, button: str) -> Response:
    with page.expect_navigation() as came:
        page.get_by_role("button", name=button).click()
    return came.value


def test_the_sign_in_and_what_goes_wrong_at_it(stranger: Visits) -> None:
    def wrong(page: Page) -> Response:
        fill_in(page, "nobody@example.org")
        came = press(page, "Sign in")
        expect(page.get_by_role("alert")).to_contain_text("do not belong together")
        return came

    def too_often(page: Page) -> Response:
        fill_in(page, "hasty@example.org")
        page.evaluate(TRY_AGAIN, TRIES)
        return press(page, "Sign in")

    stranger.look_at("/login")
    stranger.look_at("/queue")  # leads to the sign-in, which says so
    expect(stranger.page.get_by_text("Please sign in to see this page.")).to_be_visible()
    stranger.look_at("/login, a wrong password", way=wrong, before="/login")
    stranger.look_at("/login, too many tries", way=too_often, before="/login", status=429)
    stranger.look_at("/no/such/page", status=404)
    stranger.look_at("/offline/en")
    stranger.look_at("/offline/es")
    assert stranger.complaints == []


@AT_A_DESK
def test_the_link_to_choose_a_password(stranger: Visits, sign_in: SignIn, demo: Demo) -> None:
    def ask(page: Page) -> Response:
        page.get_by_label("E-mail").fill(demo.sign_ins["recorder"]["email"])
        return press(page, "Send the link")

    stranger.look_at("/reset")
    stranger.look_at("/reset, asked for", way=ask, before="/reset")
    stranger.look_at("/reset/broken")
    expect(stranger.page.get_by_text("This link does not work; ask for a new one.")).to_be_visible()
    outbox = sign_in("district_administrator").go("/admin/sandbox")
    assert outbox.evaluate(ARRIVES, ["/reset/", "[data-message]", ".words", PATIENCE_MS])
    outbox.reload()
    letter = outbox.locator("[data-message]", has_text="/reset/").first.inner_text()
    link = re.search(r"/reset/\S+", letter)
    assert link
    stranger.look_at(link[0])
    expect(stranger.page.get_by_role("textbox", name=re.compile("assword")).first).to_be_visible()
    assert stranger.complaints == []


def test_the_end_of_e_mails(stranger: Visits, demo: Demo) -> None:
    link, page = unsubscribe_link(stranger.page, demo), stranger.page
    stranger.look_at("/unsubscribe/broken", status=404)
    stranger.look_at(link)
    press(page, "Stop these e-mails")
    stranger.look_at(link)
    expect(page.get_by_text(re.compile("gets no e-mails from us any more"))).to_be_visible()
    press(page, "I did this by mistake")
    expect(page.get_by_text(re.compile("gets e-mails from .* again"))).to_be_visible()
    assert stranger.complaints == []


def unsubscribe_link(page: Page, demo: Demo) -> str:
    """As under an e-mail, of the first address that is one, and whose family reads English."""
    links = Links(demo.address, (demo.folder / "instance" / "secret_key").read_text("ascii").strip())
    for number in range(1, MOST_ADDRESSES):
        link = (links.unsubscribe(number) or "").removeprefix(demo.address)
        answer = page.context.request.get(demo.address + link)
        if answer.ok and 'lang="en"' in answer.text():
            return link
    raise AssertionError("no e-mail address among the first")

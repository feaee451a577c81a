"""A text from a number that nobody has: it stands on the figures of whoever may place it, is given to a family, is
fetched back, and is set aside with a reason."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.conftest import PATIENCE_MS, SignIn
from tests.browser.outside import a_stranger_texts
from tests.browser.test_family_acts import refused_as_meant
from tests.browser.test_story import ARRIVES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NUMBERS = {"desk": "+13125559901", "phone": "+13125559902"}


def test_a_stranger_s_text_is_given_to_a_family_fetched_back_and_set_aside(sign_in: SignIn, size: str) -> None:
    administrator, recorder = sign_in("administrator"), sign_in("recorder")
    words = f"Thank you for the kind words about him ({size})."
    a_stranger_texts(administrator.demo, NUMBERS[size], words)
    page = administrator.go("/inbox")
    assert page.evaluate(ARRIVES, [words, "[data-letter]", "a.who", PATIENCE_MS])
    administrator.go("/").get_by_role("link", name=re.compile(r"^\d+ messages? from (an )?unknown senders?$")).click()
    letter = page.locator("[data-letter]", has_text=words)
    expect(letter).to_contain_text("no guardian has this address")
    letter.locator("a.who").click()
    page.get_by_role("searchbox").fill("a")
    page.get_by_role("button", name="Search").click()
    who = page.get_by_role("radio").first
    who.check()
    name = page.locator("label:has(.who)").first.locator(".who").inner_text()
    assert barriers(page) == []
    page.get_by_role("button", name="It is theirs").click()
    expect(page.get_by_text("It stands with the family now.")).to_be_visible()

    seen = recorder.go("/inbox")
    expect(seen.locator("[data-letter]", has_text=words)).to_have_count(0)
    administrator.go("/inbox?show=found")
    letter.locator("a.who").click()
    page.get_by_role("link", name="The family").click()
    expect(page.locator(".talk .said", has_text=words)).to_contain_text(name)
    page.go_back()
    page.get_by_role("button", name="It was not theirs").click()
    expect(page.get_by_text("It waits for a person again.")).to_be_visible()

    why = page.get_by_label("Why nobody needs to answer")
    why.fill(" ")
    page.get_by_role("button", name="Set aside").click()
    expect(page.locator("#why-error")).to_be_visible()
    assert barriers(page) == []
    refused_as_meant(sign_in)
    why.fill("A wrong number; she said so on the phone.")
    page.get_by_role("button", name="Set aside").click()
    expect(page.get_by_text("Set aside. It stays here, with your reason.")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("It waits for a person again.")).to_be_visible()
    why.fill("A wrong number; she said so on the phone.")
    page.get_by_role("button", name="Set aside").click()
    expect(page.get_by_text("Set aside. It stays here, with your reason.")).to_be_visible()
    seen = recorder.go("/inbox?show=aside")
    expect(seen.locator("[data-letter]", has_text=words)).to_contain_text("A wrong number; she said so on the phone.")
    expect(administrator.go("/").get_by_role("link", name=re.compile("unknown sender"))).to_have_count(0)

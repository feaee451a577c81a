"""Why the district may write to families, and what one family asked for: recorded, and read by whoever comes next."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.conftest import SignIn
from tests.browser.test_family_acts import a_family_left_in_peace, refused_as_meant

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_basis_is_recorded_in_the_district_s_own_words(sign_in: SignIn, size: str) -> None:
    head = sign_in("district_administrator")
    page = head.go("/admin")
    words = page.get_by_label("The district’s own words: how families gave their addresses, and for what")
    before = words.input_value()
    record = page.locator("form", has=words).get_by_role("button", name="Record")
    words.fill(" ")
    record.click()
    expect(words).to_have_attribute("aria-invalid", "true")
    assert barriers(page) == []
    refused_as_meant(sign_in)
    words.fill(f"Asked for on the enrollment form ({size}).")
    record.click()
    expect(page.get_by_text("Families’ addresses now count as given to school for school matters.")).to_be_visible()
    page.reload()
    expect(words).to_have_value(f"Asked for on the enrollment form ({size}).")
    words.fill(before)
    record.click()
    expect(words).to_have_value(before)


def test_what_a_family_asked_for_by_word_of_mouth_is_recorded_and_taken_up_again(sign_in: SignIn, size: str) -> None:
    counselor, administrator = sign_in("counselor"), sign_in("administrator")
    page = counselor.go(a_family_left_in_peace(sign_in("teacher")))
    page.get_by_role("link", name=re.compile("^Consent of ")).last.click()
    expect(page.get_by_label(re.compile("^(Texts|E-mails) again$"))).to_have_count(0)  # a yes is an administrator's
    note = page.get_by_label("Who asked, how and when")
    note.fill(" ")
    page.get_by_role("button", name="Record").click()
    expect(page.locator("#note-error")).to_be_visible()
    assert barriers(page) == []
    refused_as_meant(sign_in)
    note.fill(f"Her mother, by phone ({size})")
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_text("It stands in the ledger.")).to_be_visible()
    expect(page.get_by_text(re.compile("School matters: *no (texts|e-mails)"))).to_be_visible()
    address = page.url

    seen = administrator.go("/admin/consent")
    line = seen.locator("[data-line]", has_text=f"“Her mother, by phone ({size})”")
    expect(line).to_contain_text(re.compile("No to (texts|e-mails)"))
    line.locator("a.who").click()
    expect(seen).to_have_url(address)
    seen.get_by_text(re.compile("^(Texts|E-mails) again$")).click()
    seen.get_by_label("Who asked, how and when").fill(f"The same, at the gate ({size})")
    seen.get_by_role("button", name="Record").click()
    expect(seen.get_by_text("It stands in the ledger.")).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile("School matters: *agreed to (texts|e-mails)"))).to_be_visible()
    expect(page.get_by_text(f"“The same, at the gate ({size})”")).to_be_visible()

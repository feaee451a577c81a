"""A colleague is invited, given a further role, which is taken back, and switched off, which is undone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.conftest import SignIn
from tests.browser.test_family_acts import refused_as_meant

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_colleague_is_invited_gets_a_role_loses_it_and_is_switched_off(sign_in: SignIn) -> None:
    head, administrator = sign_in("district_administrator"), sign_in("administrator")
    seen = administrator.go("/admin")
    school = seen.locator("main .lead-in").inner_text()
    page = head.go("/admin/staff?role=teacher&standing=no_sign_in")
    page.locator("[data-line]", has_text=school).locator("a.who").last.click()
    teacher, recorder = (page.get_by_role("checkbox", name=re.compile(f"^{role} ")) for role in ("Teacher", "Recorder"))
    expect(teacher).to_be_checked()
    address = page.url
    teacher.uncheck()
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.locator("#roles")).to_have_attribute("aria-invalid", "true")
    assert barriers(page) == []
    refused_as_meant(sign_in)
    teacher.check()
    page.get_by_role("button", name="Invite", exact=True).click()
    invited = page.get_by_text(re.compile(r"Invited: a letter with a link to choose a password goes to .+@"))
    expect(invited).to_be_visible()
    expect(page.get_by_text("Invited, has not signed in yet")).to_be_visible()

    recorder.check()
    page.get_by_role("button", name="Keep the roles").click()
    expect(page.get_by_text("Kept. It holds from the next page that this person opens.")).to_be_visible()
    seen.goto(address)
    expect(seen.locator("[name=roles]:checked")).to_have_count(2)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(recorder).not_to_be_checked()
    page.get_by_role("button", name="Switch the sign-in off").click()
    expect(page.get_by_text("Ended, on every device.")).to_be_visible()
    seen.reload()
    expect(seen.get_by_text("Switched off", exact=True)).to_be_visible()
    expect(seen.locator("[name=roles]:checked")).to_have_count(1)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Allowed to sign in again.")).to_be_visible()

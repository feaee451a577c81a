"""How the machine fares, for administrators: a provider that is paused and resumed, a message of which nobody can prove
what became of it, and what ran by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.conftest import SignIn
from tests.browser.outside import a_call_broke_off, the_provider_refuses_our_name

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEAD = "district_administrator"
WHY = "Our name there was refused."


def test_a_paused_provider_is_told_to_administrators_and_resumed_by_the_district_s(sign_in: SignIn) -> None:
    head, administrator = sign_in(HEAD), sign_in("administrator")
    the_provider_refuses_our_name(head.demo, WHY)
    seen = administrator.go("/")
    banner = seen.locator(".notice", has_text=WHY)
    banner.get_by_role("link", name="Delivery").click()
    provider = seen.locator(".row-line", has_text="The sandbox").first
    expect(provider).to_contain_text("Paused")
    expect(provider).to_contain_text(WHY)
    expect(seen.get_by_role("button", name="Resume")).to_have_count(0)
    assert barriers(seen) == []

    page = head.go("/admin/delivery")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Resumed. What has waited goes out now, within hours and limits.")).to_be_visible()
    expect(page.locator(".row-line", has_text="The sandbox").first).not_to_contain_text("Paused")
    seen.reload()
    expect(banner).to_have_count(0)
    expect(provider).not_to_contain_text("Paused")


def test_a_person_says_what_became_of_a_message_that_nobody_can_prove(sign_in: SignIn) -> None:
    administrator, head = sign_in("administrator"), sign_in(HEAD)
    family = a_call_broke_off(administrator.demo)
    page = administrator.go("/admin")
    page.get_by_role("link", name="Delivery", exact=True).click()
    asked = page.locator("[data-asked]", has_text=family)
    expect(asked).to_have_count(1)
    assert barriers(page) == []
    asked.get_by_role("button", name=f"It arrived at {family}").click()
    expect(page.get_by_text("Kept as arrived.")).to_be_visible()
    expect(asked).to_have_count(0)
    page.get_by_role("link", name="All messages").click()
    expect(page.locator("[data-line]", has_text=family).first).to_be_visible()

    seen = head.go("/admin/delivery")
    expect(seen.locator("[data-asked]", has_text=family)).to_have_count(0)
    head.go("/admin/delivery/messages?state=unknown")
    expect(seen.get_by_text("None here")).to_be_visible()


def test_what_ran_by_itself_is_read_with_its_figures(sign_in: SignIn) -> None:
    page = sign_in(HEAD).go("/admin")
    page.get_by_role("link", name="Job runs").click()
    night = page.locator("[data-run]").first
    expect(night).to_contain_text(re.compile(r"Night of (Mon|Tue|Wed|Thu|Fri) \d+ \w+"))
    expect(night).to_contain_text("Done")
    expect(night).to_contain_text("120 families scored")
    expect(night).to_contain_text(re.compile(r"\d+ contacts suggested"))
    page.get_by_role("link", name="Reminders").click()
    expect(page.get_by_role("link", name="Reminders")).to_have_attribute("aria-current", "true")
    expect(page.locator("[data-run]", has_text="Night of")).to_have_count(0)
    page.get_by_role("link", name="All", exact=True).click()
    expect(page.locator("[data-run]", has_text="Night of").first).to_be_visible()

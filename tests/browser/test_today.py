"""Today as each role finds it: a teacher's family set aside with a reason and fetched back; a counselor's and an
administrator's figures, each with the list behind it; the search of whoever records for others."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_teacher_sets_a_family_aside_with_a_reason_and_fetches_it_back(sign_in: SignIn) -> None:
    page = sign_in("teacher").page
    card = page.locator("main article").last
    name = card.locator("a.who").inner_text()
    mine = page.locator("main article", has=page.get_by_role("link", name=name, exact=True))
    mine.locator("summary", has_text="Not now").click()
    expect(mine.get_by_role("button", name="The reason no longer holds")).to_be_visible()
    assert barriers(page) == []
    mine.get_by_role("button", name="A colleague is in touch with them").click()
    expect(page.get_by_text("Set aside. It comes back in 14 days, or when the family writes.")).to_be_visible()
    expect(mine).to_have_count(0)

    seen = sign_in("administrator").go("/plan")
    aside = seen.locator("article", has=seen.get_by_role("link", name=name, exact=True))
    expect(aside).to_contain_text("A colleague is in touch with them")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Back among the suggestions.")).to_be_visible()
    page.get_by_role("link", name="Today", exact=True).locator("visible=true").first.click()
    expect(mine).to_be_visible()


@pytest.mark.parametrize("role", ["counselor", "administrator"])
def test_each_figure_of_those_who_look_after_a_school_leads_to_the_list_behind_it(sign_in: SignIn, role: str) -> None:
    page = sign_in(role).page
    late = page.get_by_role("link", name=re.compile(r"^\d+ questions? (is|are) past due\.$"))
    waiting = page.get_by_role("link", name=re.compile(r"^\d+ famil(y|ies) in the queue (is|are) new or yours\.$"))
    past_due, families = (int(one.inner_text().split()[0]) for one in (late, waiting))
    assert past_due > 0
    assert families > 0
    first = page.locator("article a.who").first.inner_text()
    late.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Past due")
    expect(page.locator("table.past-due tbody tr")).to_have_count(past_due)
    page.go_back()
    waiting.click()
    expect(page.locator("main .lead-in").first).to_contain_text(f"{families} famil")
    expect(page.locator("[data-row] a.who").first).to_have_text(first)


def test_who_records_for_others_finds_the_family_that_called_and_reads_no_reason(sign_in: SignIn) -> None:
    recorder = sign_in("recorder")
    page = recorder.page
    expect(page.get_by_text("Find the family that called, came or wrote, and log it.")).to_be_visible()
    expect(page.get_by_role("heading", name="Waiting on you")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("^Came in since "))).to_be_visible()
    expect(page.locator("main .band, main .chip")).to_have_count(0)
    page.get_by_role("searchbox").fill("a")
    page.get_by_role("button", name="Find").click()
    page.locator("main a.who").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log a contact")
    assert page.context.request.get(recorder.demo.address + "/queue").status == 403

"""A district tunes what makes a family stand out, and how soon families are answered: tried first, kept with a reason,
put back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import SignIn
from tests.browser.test_family_acts import refused_as_meant

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEAD = "district_administrator"


def figures(page: Page, column: int) -> list[int]:
    """Of the dry run's table, by band: as it is, or with this."""
    cells: list[str] = page.locator("#tried tbody tr").evaluate_all(
        "(all, at) => all.map(one => one.cells[at].innerText)", column
    )
    return [int(cell.replace(",", "")) for cell in cells]


def test_a_weight_is_tried_kept_with_a_reason_and_put_back(sign_in: SignIn, size: str) -> None:
    head = sign_in(HEAD)
    page = head.go("/admin")
    page.get_by_role("link", name="Risk weights").click()
    bar = page.get_by_label("Now, from", exact=True)
    before = bar.input_value()
    bar.fill("many")
    page.get_by_role("button", name="Try it").click()
    expect(bar).to_have_attribute("aria-invalid", "true")
    expect(bar).to_have_value("many")
    assert barriers(page) == []
    refused_as_meant(sign_in)

    bar.fill(str(int(before) + 2))
    page.get_by_role("button", name="Try it").click()
    tried = page.locator("#tried")
    expect(tried).to_contain_text("This would move 0 families to “now”")
    was, would_be = figures(page, 1), figures(page, 2)
    away = was[0] - would_be[0]
    assert away > 0
    assert sum(was) == sum(would_be)
    expect(tried).to_contain_text(f", and {away} away from it.")
    expect(tried).to_contain_text(f"Of {sum(was)} families, the points of 0 would change.")
    assert barriers(page) == []
    page.get_by_role("button", name="Put it into force").click()
    expect(page.get_by_label("Why, for whoever reads the history")).to_have_attribute("aria-invalid", "true")
    expect(tried).to_be_visible()
    refused_as_meant(sign_in)
    page.get_by_label("Why, for whoever reads the history").fill(f"Too many at once ({size})")
    page.get_by_role("button", name="Put it into force").click()
    expect(page.get_by_text("In force now; scores follow tonight.")).to_be_visible()

    seen = sign_in(HEAD).go("/admin/tuning/risk")
    expect(seen.get_by_label("Now, from", exact=True)).to_have_value(str(int(before) + 2))
    newest = seen.locator("#history + .sheet .row-line").first
    expect(newest).to_contain_text(f"“Too many at once ({size})”")
    expect(newest).to_contain_text(f"Now, from: {before} → {int(before) + 2}")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Put back as it was.")).to_be_visible()
    seen.reload()
    expect(seen.get_by_label("Now, from", exact=True)).to_have_value(before)


def test_how_soon_families_are_answered_is_tried_kept_and_put_back_from_the_history(sign_in: SignIn, size: str) -> None:
    head = sign_in(HEAD)
    page = head.go("/admin/tuning/cadence")
    field = page.get_by_label("Past due after", exact=True)
    before = field.input_value()
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#tried")).to_contain_text("Nothing differs from what is in force.")
    field.fill(str(int(before) + 1))
    page.get_by_label("Why, for whoever reads the history").fill(f"The week of the fair ({size})")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#tried")).to_contain_text("1 value differs from what is in force.")
    expect(field).to_have_value(str(int(before) + 1))
    page.get_by_role("button", name="Put it into force").click()
    expect(page.get_by_text("In force now")).to_be_visible()
    page.reload()
    expect(field).to_have_value(str(int(before) + 1))
    newest = page.locator("#history + .sheet .row-line").first
    expect(newest).to_contain_text(f"“The week of the fair ({size})”")
    newest.get_by_role("button", name=re.compile("^Put back")).click()
    expect(page.get_by_text("Put back as it was.")).to_be_visible()
    expect(field).to_have_value(before)

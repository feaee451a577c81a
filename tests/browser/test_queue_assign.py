"""A case given to a colleague: who finds it among their own, and who takes it back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.conftest import SignIn
from tests.browser.test_queue import a_free_family, name_of, row_of, said

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_case_is_assigned_to_a_colleague_who_finds_it_and_taken_back(sign_in: SignIn, size: str) -> None:
    counselor, administrator = sign_in("counselor"), sign_in("administrator")
    family = a_free_family(counselor, administrator)
    page = counselor.page
    name = name_of(row_of(page, family))
    if size == "phone":
        page.goto(f"{counselor.demo.address}/queue/{family}")
        page.get_by_role("button", name="Assign", exact=True).click()
    else:
        row_of(page, family).get_by_role("checkbox").check()
        page.locator("[data-bar]").get_by_role("button", name="Assign").click()
    asked = page.locator("#asked")
    asked.get_by_role("button", name="Assign", exact=True).click()
    to = asked.get_by_label("To whom?")
    expect(to).to_have_attribute("aria-invalid", "true")
    assert barriers(page) == []
    sign_in.complaints[:] = [line for line in sign_in.complaints if "422" not in line]
    colleague = counselor.demo.sign_ins["administrator"]["name"].split()[-1]
    to.select_option(label=to.locator("option", has_text=colleague).inner_text())
    asked.get_by_role("button", name="Assign", exact=True).click()
    expect(said(page)).to_contain_text(f"Assigned: {name}.")

    seen = administrator.go("/queue?whose=open&assigned=me")
    expect(row_of(seen, family)).to_contain_text("you")
    administrator.go(f"/queue/{family}")
    steps = seen.get_by_role("region", name="Notes and steps")
    expect(steps.get_by_role("listitem").first).to_contain_text(re.compile(f"gave it to .*{colleague}"))
    said(page).get_by_role("button", name="Undo").click()
    expect(said(page)).to_contain_text(f"Taken back: {name}.")
    administrator.go("/queue?whose=open&assigned=me")
    expect(row_of(seen, family)).to_have_count(0)

"""A district's administrator begins a language on a phone: sees what a family will read, is refused, keeps it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.conftest import WITH_AND_WITHOUT_SCRIPTS, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("size", "scripts"), WITH_AND_WITHOUT_SCRIPTS, indirect=["size"])
def test_a_language_is_begun_with_its_first_words(sign_in: SignIn, scripts: bool) -> None:
    situation = "A first hello" if scripts else "Something happened"
    form = "text" if scripts else "call"
    page = sign_in("district_administrator", scripts=scripts).go("/admin")
    page.get_by_role("link", name="Messages to families").click()
    page.get_by_label("Begin another language").select_option(label="Hmong")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name=situation).click()
    words = page.locator(f'[id="{form}.body.0"]')
    words.fill("Nyob zoo {guardian}, {surname}.")
    page.get_by_role("button", name="Put it into force").click()
    expect(words).to_have_attribute("aria-invalid", "true")
    expect(words).to_have_value("Nyob zoo {guardian}, {surname}.")
    words.fill("Nyob zoo {guardian}, kuv yog {teacher}.")
    if not scripts:
        page.get_by_role("button", name="Preview").click()
    expect(page.locator(f"#shown-{form}")).to_contain_text("Nyob zoo Rosa, kuv yog L. Alvarez.")
    if scripts:
        assert barriers(page) == []
    page.get_by_label("Who read these words").fill("Mai Vang")
    page.get_by_label("Why, for whoever reads the history").fill("Families asked for Hmong")
    page.get_by_role("button", name="Put it into force").click()
    expect(page.get_by_text("It is used once all words of this language are there.")).to_be_visible()
    expect(page.locator("[data-revision]").first).to_contain_text("read by Mai Vang")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Put back as it was.")).to_be_visible()
    expect(words).to_have_value("")
    sign_in.complaints[:] = [said for said in sign_in.complaints if "422" not in said]

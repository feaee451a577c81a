"""How pages look and which language they speak, chosen by whoever reads them; it holds on every page that follows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import COLOURS, barriers
from tests.browser.conftest import SignIn, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WEEKDAYS = {
    "Monday": "lunes", "Tuesday": "martes", "Wednesday": "miércoles", "Thursday": "jueves", "Friday": "viernes",
    "Saturday": "sábado", "Sunday": "domingo",
}  # fmt: skip
AS_THE_DEVICE = "[name=language][value='']"


@pytest.fixture
def recorder(sign_in: SignIn) -> Iterator[Visitor]:
    """Somebody whose language is the device's again afterwards: others sign in to the same account."""
    visitor = sign_in("recorder")
    yield visitor
    page = visitor.go("/account")
    page.locator(AS_THE_DEVICE).check()
    keep(page)


def keep(page: Page) -> None:
    page.locator("form[action='/account'] .btn-primary").click()
    expect(page.locator("#notices .notice")).to_have_count(1)


def test_the_pages_speak_spanish_with_its_dates_and_english_again(recorder: Visitor) -> None:
    page = recorder.go("/account")
    page.locator("[name=language][value=es]").check()
    keep(page)
    expect(page.locator("#notices")).to_contain_text("Guardado.")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("heading", level=1)).to_have_text("Su cuenta")
    page.get_by_role("link", name="Hoy", exact=True).locator("visible=true").first.click()
    lately = page.locator("#came-in").inner_text()
    day = lately.removeprefix("Llegó desde el ")
    assert day in WEEKDAYS.values()
    assert barriers(page) == []

    page.goto(recorder.demo.address + "/account")
    page.locator(AS_THE_DEVICE).check()
    keep(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    recorder.go("/")
    english = page.locator("#came-in").inner_text().removeprefix("Came in since ")
    assert WEEKDAYS[english] == day


@pytest.mark.parametrize(("chosen", "device", "dark"), [("Dark", "light", True), ("Light", "dark", False)])
def test_light_or_dark_holds_on_the_next_page_whatever_the_device_says(
    sign_in: SignIn, chosen: str, device: str, dark: bool
) -> None:
    visitor = sign_in("teacher")
    page = visitor.page
    page.emulate_media(color_scheme="dark" if device == "dark" else "light")
    visitor.go("/account")
    before = is_dark(page)
    assert before is not dark
    page.get_by_text(chosen, exact=True).click()
    keep(page)
    expect(page.get_by_label(chosen, exact=True)).to_be_checked()
    page.get_by_role("link", name="Today", exact=True).locator("visible=true").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert is_dark(page) is dark
    assert barriers(page, COLOURS) == []
    page.reload()
    assert is_dark(page) is dark


def is_dark(page: Page) -> bool:
    """Whether the page's ground is nearer to black than to white."""
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = (float(part) for part in colour.split("(")[1].rstrip(")").split(",")[:3])
    return red + green + blue < 3 * 255 / 2

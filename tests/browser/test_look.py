"""As the device: dark where it is dark, also where no script runs, and anew when it changes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import COLOURS, barriers
from tests.browser.conftest import ON_A_PHONE, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.slow, ON_A_PHONE]
PAPER, NIGHT = "rgb(251, 249, 246)", "rgb(20, 24, 29)"
"""``--paper`` of the light and of the dark values."""


@pytest.mark.parametrize("scripts", [True, False])
def test_a_page_is_dark_or_light_with_the_device_and_follows_it(sign_in: SignIn, scripts: bool) -> None:
    page = sign_in("teacher", scripts=scripts).go("/families")
    ground = page.locator("body")
    expect(ground).to_have_css("background-color", PAPER)
    page.emulate_media(color_scheme="dark")
    expect(ground).to_have_css("background-color", NIGHT)
    if scripts:  # which the checker is itself; the values are the same ones
        assert barriers(page, COLOURS) == []
    page.emulate_media(color_scheme="light")
    expect(ground).to_have_css("background-color", PAPER)

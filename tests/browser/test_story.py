"""The story that the system is for, at a desk and on a phone, in a real browser against the running demonstration."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, SignIn, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SILENCE = "Not reached this year"
ARRIVES = """async ([text, rows, inside, patience]) => {
  const until = Date.now() + patience;
  while (Date.now() < until) {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const found = row => row.textContent.includes(text) && row.querySelector(inside);
    if ([...page.querySelectorAll(rows)].some(found)) return true;
    await new Promise(again => setTimeout(again, 500));
  }
  return false;
}"""
"""Whether the page, asked for again and again, comes to have a row with this text and this part inside."""
SERIOUS = ("serious", "critical")


def a_family_not_reached(teacher: Visitor) -> str:
    """The address of a family of this teacher's whom nobody at school has reached this year."""
    page = teacher.go("/families")
    links = page.locator("main a.who").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    for link in links:
        if teacher.go(link).get_by_text(SILENCE).count():
            return str(link)
    raise AssertionError("every family of this teacher's has been reached")


def panel(page: Page) -> str:
    return page.get_by_role("region", name="Hear from us").inner_text()


def test_a_teacher_signs_in_by_the_form(sign_in: SignIn) -> None:
    page = sign_in.by_form("teacher").page
    expect(page.get_by_role("link", name="Today", exact=True).locator("visible=true").first).to_be_visible()


def test_a_teacher_logs_a_call_and_sees_the_family_s_reason_change(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    family = a_family_not_reached(teacher)
    page = teacher.page
    before = panel(page)
    page.get_by_role("link", name=re.compile("^Log( a contact)?$")).last.click()
    page.get_by_text("Phone", exact=True).click()
    page.get_by_text("Reached", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).locator("visible=true").click()

    expect(page.get_by_text(re.compile("Saved: phone with .* reached"))).to_be_visible()
    expect(page).to_have_url(re.compile(f"{family}$"))
    assert SILENCE in before
    assert SILENCE not in panel(page)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("It no longer counts")).to_be_visible()
    assert SILENCE in panel(page)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Back as it was")).to_be_visible()
    assert SILENCE not in panel(page)


def test_a_counselor_finds_a_family_in_the_queue_and_reads_why(sign_in: SignIn) -> None:
    counselor = sign_in("counselor")
    page = counselor.go("/queue")
    row = page.locator("[data-row]").first
    name, band = row.locator("a.who").inner_text(), row.locator(".band").inner_text()
    assert row.locator(".chip").count() > 0
    row.locator("a.who").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(f"{name} family")
    why = page.get_by_role("region", name="Hear from us")
    expect(why.locator(".band")).to_have_text(band)
    points = [int(text) for text in why.locator(".points b").all_inner_texts()]
    assert sum(points) == int(band.split("·")[1])
    page.get_by_text("Where the points come from · what they are not").click()
    expect(page.get_by_text("not a verdict on a family")).to_be_visible()


def test_the_queue_is_worked_by_keys(sign_in: SignIn, size: str) -> None:
    if size == "phone":
        return  # no keys there
    counselor = sign_in("counselor")
    page = counselor.go("/queue")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("[data-row]").nth(1)
    expect(second).to_have_attribute("aria-current", "true")
    name = second.locator("a.who").inner_text()
    page.keyboard.press("c")

    expect(page.get_by_text("Yours now.")).to_be_visible()
    mine = page.locator("[data-row]", has=page.get_by_role("link", name=name, exact=True)).first
    expect(mine.locator(".owner")).to_contain_text("you")
    mine.get_by_role("button", name=re.compile("^Give back")).click()
    expect(page.get_by_text("Given back.")).to_be_visible()


def test_a_teacher_approves_a_text_which_leaves_arrives_and_stands_in_the_timeline(sign_in: SignIn) -> None:
    teacher = sign_in("teacher")
    page = teacher.go("/")
    page.get_by_role("link", name="Read and send").first.click()
    family = page.get_by_role("link", name=re.compile("^the .* family$")).get_attribute("href")
    words = page.locator("#body").input_value()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("It leaves at its time")).to_be_visible()
    sentence = words.strip().splitlines()[0]

    outbox = sign_in("administrator").go("/admin/sandbox")
    assert outbox.evaluate(ARRIVES, [sentence, "[data-message]", ".state.delivered", PATIENCE_MS])
    assert family
    page = teacher.go(family)
    assert page.evaluate(ARRIVES, [sentence, ".said.school", ".meta", PATIENCE_MS])
    page.reload()
    expect(page.locator(".said.school").filter(has_text=sentence).first).to_be_visible()


def test_a_contact_can_be_logged_without_any_script(sign_in: SignIn) -> None:
    teacher = sign_in("teacher", scripts=False)
    page = teacher.go("/families?for=log")
    page.locator("main a.who").last.click()
    page.get_by_text("No answer", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).locator("visible=true").click()

    expect(page.get_by_text(re.compile("Saved: phone with .* no answer"))).to_be_visible()


def barriers(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds serious or worse, with the first few places."""
    return [
        (violation["id"], [node["html"][:160] for node in violation["nodes"]][:3])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in SERIOUS
    ]


def test_pages_are_open_to_everybody_in_the_dark_too(sign_in: SignIn) -> None:
    counselor = sign_in("counselor")
    counselor.page.emulate_media(color_scheme="dark")
    for address in ("/queue", "/families", "/requests?show=all", "/plan"):
        page = counselor.go(address)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        assert barriers(page) == [], address
    page = counselor.go("/queue")
    page.locator("main a.who").first.click()
    expect(page.get_by_role("heading", name="What was said")).to_be_visible()
    assert barriers(page) == []


@pytest.mark.parametrize(
    ("role", "addresses"),
    [
        ("teacher", ["/", "/families", "/requests", "/plan", "/account", "/no/such/page"]),
        ("counselor", ["/queue", "/requests?show=all"]),
        ("recorder", ["/"]),
        ("district_administrator", ["/admin", "/admin/sandbox"]),
    ],
)
def test_pages_are_open_to_everybody(sign_in: SignIn, role: str, addresses: list[str]) -> None:
    person, page_of_problem = sign_in(role), "/no/such/page"
    page = person.page
    page.goto(person.demo.address + "/families")
    family = page.locator("main a.who").first.get_attribute("href") or ""
    number = family.rsplit("/", 1)[-1]
    for address in [*addresses, family, f"/contacts/new?family={number}"]:
        page.goto(person.demo.address + address)
        assert barriers(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address
        small = page.locator("main .btn:visible, .dock .btn:visible").evaluate_all(
            "all => all.filter(one => one.getBoundingClientRect().height < 44).map(one => one.textContent.trim())"
        )
        assert small == [], (address, small)
    sign_in.complaints[:] = [
        said for said in sign_in.complaints if "404" not in said or page_of_problem not in addresses
    ]

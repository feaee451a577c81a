"""An administrator's errands at a desk and on a phone: a snow day, a colleague on leave, a list brought in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WITH_AND_WITHOUT_SCRIPTS, SignIn, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEAD = "district_administrator"
NOBODY = b"studentSourcedId,category,date\nnobody,excused,2026-11-09\n"


def first_school(person: Visitor) -> Page:
    page = person.go("/admin")
    page.get_by_role("link", name="Schools and calendars").click()
    page.locator("[data-line] a.who").first.click()
    return page


def school_calendar(person: Visitor) -> Page:
    page = first_school(person)
    page.get_by_role("link", name="The school’s own").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The school’s own calendar")
    return page


def free_wednesday(page: Page) -> str:
    """A Wednesday in the next term on which nothing is entered, as each size and way takes its own."""
    taken = page.locator("[data-range]").all_inner_texts()
    return next(
        day for day in ("2027-01-20", "2027-01-27", "2027-02-03", "2027-02-24", "2027-03-03", "2027-03-10")
        if not any(f"Wed {int(day[-2:])} {'Jan' if day[5:7] == '01' else 'Feb' if day[5:7] == '02' else 'Mar'}" in one
                   for one in taken)
    )  # fmt: skip


@pytest.mark.parametrize(("size", "scripts"), WITH_AND_WITHOUT_SCRIPTS, indirect=["size"])
def test_a_snow_day_is_looked_at_entered_and_taken_back(sign_in: SignIn, scripts: bool) -> None:
    page = school_calendar(sign_in(HEAD, scripts=scripts))
    before = page.locator("[data-range]").count()
    page.get_by_label("Day, or the first of several").fill(free_wednesday(page))
    page.get_by_label("What it is, for families to read").fill("Snow day")
    form = page.locator("form", has=page.locator("#days"))
    form.get_by_role("button", name="See what it changes").click()
    expect(page.get_by_text("1 school day changes.")).to_be_visible()
    expect(page.locator("[data-range]")).to_have_count(before)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Kept.")).to_be_visible()
    expect(page.locator("[data-range]")).to_have_count(before + 1)
    expect(page.locator("td.closed[title='closed: Snow day']")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(page.locator("[data-range]")).to_have_count(before)


def test_a_snow_day_without_its_name_is_refused_beside_the_field(sign_in: SignIn) -> None:
    page = school_calendar(sign_in(HEAD))
    page.get_by_label("Day, or the first of several").fill("2027-01-20")
    form = page.locator("form", has=page.locator("#days"))
    form.get_by_role("button", name="See what it changes").click()
    name = page.get_by_label("What it is, for families to read")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description(re.compile("families read it"))
    expect(page.get_by_label("Day, or the first of several")).to_have_value("2027-01-20")
    sign_in.complaints[:] = [said for said in sign_in.complaints if "422" not in said]


@pytest.mark.parametrize(("size", "scripts"), WITH_AND_WITHOUT_SCRIPTS, indirect=["size"])
def test_a_leave_with_who_stands_in_is_kept_and_taken_back(sign_in: SignIn, scripts: bool) -> None:
    person = sign_in(HEAD, scripts=scripts)
    page = person.go("/admin/staff?role=teacher")
    page.locator("[data-line] a.who").first.click()
    page.get_by_label("On leave from").fill("2027-03-01")
    page.get_by_label("Last day away").fill("2027-03-12")
    page.get_by_label("Who stands in").select_option(index=1)
    page.get_by_role("button", name="Keep the leave").click()
    expect(page.get_by_text("Kept.")).to_be_visible()
    expect(page.get_by_label("On leave from")).to_have_value("2027-03-01")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("On leave from")).to_have_value("")


def test_a_colleague_is_given_a_student_and_loses_them_again(sign_in: SignIn) -> None:
    person = sign_in(HEAD)
    page = person.go("/admin/staff?role=front_office")
    page.locator("[data-line] a.who").first.click()
    before = page.locator("[data-assignment]").count()
    page.get_by_role("link", name="Add a student, class or caseload").click()
    page.get_by_label("Part of the student’s name").fill("a")
    page.get_by_role("button", name="Find").click()
    page.locator("#target input").first.check()
    page.get_by_label("As", exact=True).select_option("interpreter")
    page.get_by_role("button", name="Give").click()
    expect(page.locator("[data-assignment]")).to_have_count(before + 1)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Ended.")).to_be_visible()


@pytest.mark.parametrize(("size", "scripts"), WITH_AND_WITHOUT_SCRIPTS, indirect=["size"])
def test_a_list_is_tried_imported_and_its_report_read(sign_in: SignIn, scripts: bool) -> None:
    page = sign_in(HEAD, scripts=scripts).go("/admin/imports")
    page.get_by_label("What it holds").select_option("attendance")
    upload = {"name": "absences.csv", "mimeType": "text/csv", "buffer": NOBODY}
    page.get_by_label("File", exact=True).set_input_files(upload)  # type: ignore[arg-type]  # its own typed dict
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Nothing changed; 1 left out.")).to_be_visible()
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_text("Imported.")).to_be_visible()
    expect(page.locator("[data-rejection]")).to_contain_text("there is no such student")
    with page.expect_download() as loading:
        page.get_by_role("link", name="All as a CSV file").click()
    assert loading.value.suggested_filename.endswith("-rejected.csv")

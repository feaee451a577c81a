"""The queue: who is in it, in which order, for whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from models import AccountRole, Band, Family, Guardianship, School, StaffRole, Subject
from outreach.access import NotAllowed, Viewer, viewer_of
from outreach.risk import QueueFilters, Whose, claim_case, queue, score_families, snooze_case, tend_cases
from tests.world import NOW, YEAR_STARTS, World

DAY = timedelta(days=1)


class District:
    """Four families of one school: two high, one elevated, one low; and a high one of another school."""

    def __init__(self, world: World, session: Session) -> None:
        self.school, other = world.school(), world.school()
        self.teacher = world.staff(self.school)
        self.marks = self.family(world, self.school, "Hartley", 40.0)
        self.waits = self.family(world, self.school, "Delgado", 58.0, grade="06")
        world.request(self.waits, self.school)
        self.soon = self.family(world, self.school, "Okafor", 78.0)
        self.fine = self.family(world, self.school, "Silva", 95.0)
        self.elsewhere = self.family(world, other, "Ross", 40.0)
        staff = world.staff(self.school, role=StaffRole.COUNSELOR)
        self.counselor = viewer_of(session, world.account(staff, AccountRole.COUNSELOR), NOW)
        score_families(session, NOW)
        tend_cases(session, NOW)

    @staticmethod
    def family(world: World, school: School, name: str, percent: float, grade: str = "09") -> Family:
        child = world.student(school, family_name=name, grade=grade)
        world.phone(world.guardian(child))
        world.mark(child, percent, Subject.MATH)
        return world.family(child)


@pytest.fixture
def district(world: World, session: Session) -> District:
    return District(world, session)


def names(session: Session, viewer: Viewer, **filters: object) -> list[str]:
    return [row.name for row in queue(session, viewer, NOW, QueueFilters(**filters)).rows]  # type: ignore[arg-type]


def test_bands_in_order_and_inside_a_band_what_school_can_mend_comes_first(
    district: District, session: Session
) -> None:
    page = queue(session, district.counselor, NOW)
    assert [row.name for row in page.rows] == ["Delgado", "Hartley", "Okafor"]
    assert [row.band for row in page.rows] == [Band.HIGH, Band.HIGH, Band.ELEVATED]
    assert [row.can_mend for row in page.rows] == [True, False, False]
    assert (page.total, page.new_since_yesterday, page.page, page.pages) == (3, 2, 1, 1)


def test_a_row_says_who_and_why(district: District, session: Session) -> None:
    row = queue(session, district.counselor, NOW).rows[0]
    assert [(child.name, child.grade) for child in row.children] == [("Maya", "06")]
    assert [reason.short for reason in row.reasons] == [
        "Math 58%", "Overall 58%", "Request unanswered 5 days",
    ]  # fmt: skip
    assert row.case_id is not None
    assert row.claimed_by is None


def test_new_and_mine_leaves_out_what_others_have(world: World, district: District, session: Session) -> None:
    colleague = viewer_of(session, world.account(world.staff(district.school), AccountRole.COUNSELOR), NOW)
    claim_case(session, colleague, district.marks.id, NOW)
    claim_case(session, district.counselor, district.waits.id, NOW)
    assert names(session, district.counselor) == ["Delgado", "Okafor"]
    assert names(session, district.counselor, whose=Whose.MINE) == ["Delgado"]
    assert names(session, district.counselor, whose=Whose.NEW) == ["Okafor"]
    assert names(session, district.counselor, whose=Whose.OPEN) == ["Delgado", "Hartley", "Okafor"]


def test_a_snoozed_case_is_shown_only_among_the_snoozed_until_its_day(district: District, session: Session) -> None:
    snooze_case(session, district.counselor, district.waits.id, date(2026, 11, 26), NOW)
    assert names(session, district.counselor, whose=Whose.OPEN) == ["Hartley", "Okafor"]
    assert names(session, district.counselor, whose=Whose.SNOOZED) == ["Delgado"]
    later = queue(session, district.counselor, NOW + 2 * DAY, QueueFilters(whose=Whose.OPEN))
    assert "Delgado" in [row.name for row in later.rows]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"reason": "unanswered_request"}, ["Delgado"]),
        ({"grade": "06"}, ["Delgado"]),
        ({"language": "vi"}, ["Okafor"]),
        ({"language": "es"}, []),
    ],
)
def test_filters(
    world: World, district: District, session: Session, filters: dict[str, object], expected: list[str]
) -> None:
    child = queue(session, district.counselor, NOW, QueueFilters(grade="09")).rows[-1].children[0]
    guardian = world.guardian(language="vi")
    world.add(Guardianship(student_id=child.student_id, guardian_id=guardian.id))
    assert names(session, district.counselor, **filters) == expected


def test_pages(district: District, session: Session) -> None:
    pages = [queue(session, district.counselor, NOW, QueueFilters(page=page, size=2)) for page in (1, 2, 9)]
    assert [[row.name for row in page.rows] for page in pages] == [["Delgado", "Hartley"], ["Okafor"], ["Okafor"]]
    assert [(page.total, page.page, page.pages) for page in pages] == [(3, 1, 2), (3, 2, 2), (3, 2, 2)]


def test_a_district_administrator_sees_every_school_and_may_choose_one(
    world: World, district: District, session: Session
) -> None:
    account = world.account(None, AccountRole.DISTRICT_ADMINISTRATOR)
    administrator = viewer_of(session, account, NOW)
    assert set(names(session, administrator)) == {"Delgado", "Hartley", "Okafor", "Ross"}
    assert set(names(session, administrator, school_id=district.school.id)) == {"Delgado", "Hartley", "Okafor"}


def test_teachers_do_not_read_the_queue(world: World, district: District, session: Session) -> None:
    with pytest.raises(NotAllowed):
        queue(session, viewer_of(session, world.account(district.teacher), NOW), NOW)


def test_an_empty_queue_is_one_empty_page(world: World, session: Session) -> None:
    school = world.school(log_began=YEAR_STARTS)
    staff = world.staff(school, role=StaffRole.COUNSELOR)
    page = queue(session, viewer_of(session, world.account(staff, AccountRole.COUNSELOR), NOW), NOW)
    assert (page.rows, page.total, page.page, page.pages) == ((), 0, 1, 1)

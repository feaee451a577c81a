"""The queue: who is in it, in which order, for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from models import (
    AccountRole,
    Band,
    CaseOutcome,
    Family,
    Guardianship,
    RiskReason,
    RiskScore,
    School,
    StaffRole,
    Subject,
)
from models.risk import queue_place
from outreach.access import NotAllowed, Viewer, viewer_of
from outreach.risk import (
    SCHOOL_CAN_MEND,
    Act,
    Chosen,
    Holder,
    Option,
    QueueFilters,
    Step,
    Whose,
    act_on_cases,
    queue,
    queue_counts,
    queue_options,
    score_families,
    tend_cases,
)
from outreach.risk.queue_places import Place
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


def take(session: Session, viewer: Viewer, family: Family, step: Step, **entered: Any) -> None:
    assert act_on_cases(session, viewer, Act(step, **entered), [Chosen(family.id)], NOW).refused == ()


def names(session: Session, viewer: Viewer, **filters: object) -> list[str]:
    return [row.name for row in queue(session, viewer, NOW, QueueFilters(**filters)).rows]  # type: ignore[arg-type]


def test_bands_in_order_and_inside_a_band_what_school_can_mend_comes_first(
    district: District, session: Session
) -> None:
    page = queue(session, district.counselor, NOW)
    assert [row.name for row in page.rows] == ["Delgado", "Hartley", "Okafor"]
    assert [row.band for row in page.rows] == [Band.HIGH, Band.HIGH, Band.ELEVATED]
    assert [row.can_mend for row in page.rows] == [True, False, False]
    assert (page.counts.total, page.counts.more, page.counts.new) == (3, False, 2)
    assert (page.before, page.after) == (None, None)


def test_a_row_says_who_and_why(district: District, session: Session) -> None:
    row = queue(session, district.counselor, NOW).rows[0]
    assert [(child.name, child.grade) for child in row.children] == [("Maya", "06")]
    assert [reason.short for reason in row.reasons] == [
        "Math 58%", "Overall 58%", "Request unanswered 5 days",
    ]  # fmt: skip
    assert row.open_case is not None
    assert row.open_case.claimed_by is None


def test_new_and_mine_leaves_out_what_others_have(world: World, district: District, session: Session) -> None:
    colleague = viewer_of(session, world.account(world.staff(district.school), AccountRole.COUNSELOR), NOW)
    take(session, colleague, district.marks, Step.CLAIM)
    take(session, district.counselor, district.waits, Step.CLAIM)
    assert names(session, district.counselor) == ["Delgado", "Okafor"]
    assert names(session, district.counselor, whose=Whose.OPEN) == ["Delgado", "Hartley", "Okafor"]
    for assigned, expected in (
        (Holder.ME, ["Delgado"]),
        (Holder.NOBODY, ["Okafor"]),
        (colleague.staff_id, ["Hartley"]),
    ):
        assert names(session, district.counselor, whose=Whose.OPEN, assigned=assigned) == expected


def test_a_snoozed_case_is_shown_only_among_the_snoozed_until_its_day(district: District, session: Session) -> None:
    take(session, district.counselor, district.waits, Step.SNOOZE, until=date(2026, 11, 26))
    assert names(session, district.counselor, whose=Whose.OPEN) == ["Hartley", "Okafor"]
    assert names(session, district.counselor, whose=Whose.SNOOZED) == ["Delgado"]
    on_its_day = replace(district.counselor, on=date(2026, 11, 26))
    assert names(session, on_its_day, whose=Whose.OPEN) == ["Delgado", "Hartley", "Okafor"]
    assert names(session, on_its_day, whose=Whose.SNOOZED) == []


def test_what_a_person_resolved_is_out_of_the_queue_until_something_new_or_a_month_has_passed(
    district: District, session: Session
) -> None:
    take(session, district.counselor, district.waits, Step.RESOLVE, outcome=CaseOutcome.SUPPORTED)
    take(session, district.counselor, district.soon, Step.RESOLVE, outcome=CaseOutcome.NO_CONCERN)
    assert names(session, district.counselor, whose=Whose.OPEN) == ["Hartley"]
    assert names(session, district.counselor, whose=Whose.RESOLVED) == ["Delgado", "Okafor"]
    later = queue(session, district.counselor, NOW + 30 * DAY, QueueFilters(Whose.OPEN))
    assert [row.name for row in later.rows] == ["Delgado", "Hartley", "Okafor"]
    take(session, district.counselor, district.waits, Step.REOPEN)
    assert names(session, district.counselor, whose=Whose.OPEN) == ["Delgado", "Hartley"]


def test_what_closed_by_itself_does_not_hide_a_family_that_is_elevated_again(
    district: District, session: Session
) -> None:
    session.execute(update(RiskScore).where(RiskScore.family_id == district.marks.id).values(band=Band.LOW))
    tend_cases(session, NOW)
    assert tend_cases(session, NOW + 15 * DAY).closed == 1
    score_families(session, NOW + 15 * DAY)
    assert "Hartley" in names(session, district.counselor, whose=Whose.OPEN)


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
    assert child.school == district.school.name
    guardian = world.guardian(language="vi")
    world.add(Guardianship(student_id=child.student_id, guardian_id=guardian.id))
    assert names(session, district.counselor, **filters) == expected


def test_pages_by_key_forth_and_back(district: District, session: Session) -> None:
    front = queue(session, district.counselor, NOW, size=2)
    back = queue(session, district.counselor, NOW, size=2, after=front.after)
    again = queue(session, district.counselor, NOW, size=2, before=back.before)
    assert [[row.name for row in page.rows] for page in (front, back, again)] == [
        ["Delgado", "Hartley"], ["Okafor"], ["Delgado", "Hartley"],
    ]  # fmt: skip
    assert (front.before, back.after, again.before) == (None, None, None)
    assert again.after == front.after


def test_a_page_by_key_skips_and_repeats_nobody_while_others_work(
    world: World, district: District, session: Session
) -> None:
    """By offset the family on the seam would be passed over once one before it is gone."""
    front = queue(session, district.counselor, NOW, size=2)
    take(session, district.counselor, district.waits, Step.SNOOZE, until=date(2026, 12, 1))
    assert [row.name for row in queue(session, district.counselor, NOW, size=2, after=front.after).rows] == ["Okafor"]


PAST_THE_END, BEFORE_THE_FRONT = str(Place(9_999_999, 1)), str(Place(-9_999_999, 1))


@pytest.mark.parametrize("cursor", ["nonsense", "é", "LTEuLTE", "MS4", "." * 500])
def test_a_cursor_that_is_none_of_ours_is_the_front(district: District, session: Session, cursor: str) -> None:
    for page in (
        queue(session, district.counselor, NOW, size=2, after=cursor),
        queue(session, district.counselor, NOW, size=2, before=cursor),
    ):
        assert ([row.name for row in page.rows], page.before) == (["Delgado", "Hartley"], None)


def test_a_page_whose_families_are_gone_is_the_front(district: District, session: Session) -> None:
    for page in (
        queue(session, district.counselor, NOW, size=2, after=PAST_THE_END),
        queue(session, district.counselor, NOW, size=2, before=BEFORE_THE_FRONT),
    ):
        assert ([row.name for row in page.rows], page.before) == (["Delgado", "Hartley"], None)


def test_a_family_below_elevated_stays_while_its_case_is_open_after_all_others(
    district: District, session: Session
) -> None:
    session.execute(
        update(RiskScore)
        .where(RiskScore.family_id == district.waits.id)
        .values(band=Band.LOW, place=queue_place(Band.LOW, 1, mends=True))
    )
    assert names(session, district.counselor) == ["Hartley", "Okafor", "Delgado"]
    pages = [queue(session, district.counselor, NOW, size=1)]
    while pages[-1].after:
        pages.append(queue(session, district.counselor, NOW, size=1, after=pages[-1].after))
    assert [page.rows[0].name for page in pages] == ["Hartley", "Okafor", "Delgado"]


def test_the_place_that_scoring_writes_is_the_one_that_the_models_tell(district: District, session: Session) -> None:
    mending = set(session.scalars(select(RiskReason.family_id).where(RiskReason.code.in_(SCHOOL_CAN_MEND))))
    scores = session.scalars(select(RiskScore)).all()
    assert mending
    assert [score.place for score in scores] == [
        queue_place(score.band, score.points, mends=score.family_id in mending) for score in scores
    ]


def test_the_place_moves_when_only_the_kind_of_reason_does(world: World, district: District, session: Session) -> None:
    """Two points for an unanswered question become two for a poor grade elsewhere: same points, another place."""
    before = session.scalars(select(RiskScore.place).where(RiskScore.family_id == district.waits.id)).one()
    session.execute(update(RiskScore).where(RiskScore.family_id == district.waits.id).values(place=0))
    score_families(session, NOW, [district.waits.id])
    assert session.scalars(select(RiskScore.place).where(RiskScore.family_id == district.waits.id)).one() == before


def test_what_is_counted_is_what_is_listed(world: World, district: District, session: Session) -> None:
    whole = queue_counts(session, district.counselor, NOW, QueueFilters(), NOW - DAY)
    assert (whole.total, whole.new) == (3, 2)
    assert queue_counts(session, district.counselor, NOW, QueueFilters(grade="06"), NOW - DAY).total == 1
    assert queue_counts(session, district.counselor, NOW, QueueFilters(), NOW).new == 0


def test_only_what_occurs_is_offered_with_how_many_it_leaves(
    world: World, district: District, session: Session
) -> None:
    take(session, district.counselor, district.waits, Step.CLAIM)
    options = queue_options(session, district.counselor, NOW, QueueFilters(Whose.OPEN))
    assert options.grades == (Option("06", 1), Option("09", 2))
    assert options.languages == (Option("en", 3),)
    assert ("unanswered_request", 1) in [(one.value, one.families) for one in options.reasons]
    assert "survey_promoter" not in [one.value for one in options.reasons]
    assert options.schools == (Option(str(district.school.id), 3, district.school.name),)
    assert options.assigned == (), "oneself is asked for by name"
    narrowed = queue_options(session, district.counselor, NOW, QueueFilters(Whose.OPEN, grade="06", language="vi"))
    assert [one.value for one in narrowed.grades] == ["06"], "nobody speaks it, and yet the form keeps what was chosen"
    assert narrowed.languages == (Option("en", 1), Option("vi", 0))


def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(
    world: World, district: District, session: Session
) -> None:
    def statements() -> int:
        count = 0

        def one(*_: object) -> None:
            nonlocal count
            count += 1

        connection = session.connection()
        event.listen(connection, "before_cursor_execute", one)
        assert len(queue(session, district.counselor, NOW).rows) > 2
        event.remove(connection, "before_cursor_execute", one)
        return count

    few = statements()
    for number in range(15):
        District.family(world, district.school, f"Family {number}", 40.0)
    score_families(session, NOW, list(session.scalars(select(Family.id))))
    tend_cases(session, NOW)
    assert statements() == few


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
    assert (page.rows, page.counts.total, page.before, page.after) == ((), 0, None, None)

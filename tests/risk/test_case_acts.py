"""What people do with cases: one or many in one go, never over another's work unseen, and taken back."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import (
    AccountRole,
    Band,
    Case,
    CaseEvent,
    CaseEventKind,
    CaseOutcome,
    CaseState,
    Family,
    FamilyMember,
    RiskScore,
    School,
    StaffRole,
    Student,
)
from outreach.access import NotAllowed, Viewer, viewer_of
from outreach.errors import NotFound
from outreach.language import speaking
from outreach.risk import (
    MOST_CHOSEN,
    NO_CASE,
    Act,
    CaseFieldRefused,
    CaseMovedOn,
    CaseRefused,
    Chosen,
    Report,
    Seen,
    Step,
    act_on_cases,
    case_colleagues,
    history_of,
    last_act,
    score_families,
    step_words,
    tend_cases,
    undo_act,
)
from outreach.schooltime import named_zone
from tests.world import CHICAGO, NOW, World

DAY = timedelta(days=1)
TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)


class Office:
    """A school with two counselors, an administrator, and three families, two of them high."""

    def __init__(self, world: World, session: Session) -> None:
        self.world, self.session, self.school = world, session, world.school()
        self.high, self.other = self.family("Delgado", 40.0), self.family("Hartley", 40.0)
        self.fine = self.family("Silva", 95.0)
        self.lowe, self.diaz = self.counselor("K. Lowe"), self.counselor("R. Diaz")
        score_families(session, NOW, [self.high.id, self.other.id, self.fine.id])
        tend_cases(session, NOW)

    def family(self, name: str, percent: float, school: School | None = None) -> Family:
        child = self.world.student(school or self.school, family_name=name)
        self.world.phone(self.world.guardian(child))
        self.world.mark(child, percent)
        return self.world.family(child)

    def counselor(self, name: str, role: AccountRole = AccountRole.COUNSELOR, *schools: School) -> Viewer:
        staff = self.world.staff(*(schools or (self.school,)), role=StaffRole.COUNSELOR, display_name=name)
        return viewer_of(self.session, self.world.account(staff, role), NOW)

    def take(self, viewer: Viewer, family: Family, step: Step, seen: Seen | None = None, **entered: Any) -> Report:
        return act_on_cases(self.session, viewer, Act(step, **entered), [Chosen(family.id, seen)], NOW)

    def done(self, viewer: Viewer, family: Family, step: Step, seen: Seen | None = None, **entered: Any) -> str:
        """The key of the act, which must have been done."""
        report = self.take(viewer, family, step, seen, **entered)
        assert (report.refused, [one.family_id for one in report.done]) == ((), [family.id])
        assert report.act
        return report.act

    def why_not(
        self, viewer: Viewer, family: Family, step: Step, seen: Seen | None = None, **entered: Any
    ) -> CaseRefused:
        report = self.take(viewer, family, step, seen, **entered)
        assert report.done == ()
        return report.refused[0].why

    def case(self, family: Family) -> Case:
        statement = select(Case).where(Case.family_id == family.id).order_by(Case.id.desc()).limit(1)
        return self.session.scalars(statement.execution_options(populate_existing=True)).one()

    def seen(self, family: Family) -> Seen:
        return Seen.of(self.case(family))

    def kinds(self, family: Family) -> list[str]:
        return [step.kind.value for step in reversed(history_of(self.session, family.id))]


@pytest.fixture
def office(world: World, session: Session) -> Office:
    return Office(world, session)


def test_a_case_is_claimed_and_given_back(office: Office) -> None:
    office.done(office.lowe, office.high, Step.CLAIM)
    assert (office.case(office.high).claimed_by, office.case(office.high).claimed_at) == (office.lowe.staff_id, NOW)
    office.done(office.lowe, office.high, Step.RELEASE)
    assert (office.case(office.high).claimed_by, office.case(office.high).claimed_at) == (None, None)
    assert office.kinds(office.high) == ["opened", "claimed", "released"]


def test_only_one_of_two_counselors_gets_a_case(office: Office) -> None:
    office.done(office.lowe, office.high, Step.CLAIM)
    assert (
        str(office.why_not(office.diaz, office.high, Step.CLAIM)) == "K. Lowe has this case already; ask them for it."
    )
    assert "give it back" in str(office.why_not(office.diaz, office.high, Step.RELEASE))
    assert office.case(office.high).claimed_by == office.lowe.staff_id


def test_an_administrator_gives_back_for_somebody_else(office: Office) -> None:
    office.done(office.lowe, office.high, Step.CLAIM)
    office.done(office.counselor("A. Head", AccountRole.ADMINISTRATOR), office.high, Step.RELEASE)
    assert office.case(office.high).claimed_by is None


def test_claims_at_the_same_moment_have_one_winner(engine: Engine) -> None:
    with Session(engine) as session:
        world = World(session)
        school = world.school()
        family_id = world.family(world.student(school)).id
        viewers = [viewer_of(session, world.account(world.staff(school), AccountRole.COUNSELOR), NOW) for _ in range(4)]
        session.commit()
    won: list[int | None] = []

    def claim(viewer: Viewer) -> None:
        with Session(engine) as session:
            report = act_on_cases(session, viewer, Act(Step.CLAIM), [Chosen(family_id, NO_CASE)], NOW)
            session.commit()
            if report.done:
                won.append(viewer.staff_id)
            else:
                assert "claimed it" in str(report.refused[0].why)

    threads = [threading.Thread(target=claim, args=(viewer,)) for viewer in viewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(engine) as session:
        assert [case.claimed_by for case in session.scalars(select(Case))] == won
        assert len(session.scalars(select(CaseEvent)).all()) == 2, "opened once, claimed once"


def test_a_person_may_open_a_case_before_the_family_is_high(office: Office) -> None:
    office.done(office.lowe, office.fine, Step.CLAIM)
    assert office.case(office.fine).state is CaseState.OPEN
    assert office.kinds(office.fine) == ["opened", "claimed"]


def test_a_case_is_given_to_a_colleague_who_may_see_the_family(office: Office) -> None:
    office.done(office.lowe, office.high, Step.ASSIGN, to=office.diaz.staff_id)
    assert office.case(office.high).claimed_by == office.diaz.staff_id
    assert "only they or an administrator" in str(
        office.why_not(office.lowe, office.high, Step.ASSIGN, to=office.lowe.staff_id)
    )
    head = office.counselor("A. Head", AccountRole.ADMINISTRATOR)
    office.done(head, office.high, Step.ASSIGN, to=office.lowe.staff_id)
    assert history_of(office.session, office.high.id)[0].to == "K. Lowe"


def test_a_case_is_not_given_to_who_may_not_see_the_family_or_works_no_cases(office: Office) -> None:
    elsewhere = office.counselor("E. Where", AccountRole.COUNSELOR, office.world.school())
    teacher = office.counselor("T. Each", AccountRole.TEACHER)
    for nobody in (elsewhere.staff_id, teacher.staff_id, office.world.staff(office.school).id, 99_999):
        assert "does not work with this family" in str(office.why_not(office.lowe, office.high, Step.ASSIGN, to=nobody))
        office.why_not(office.lowe, office.fine, Step.ASSIGN, to=nobody)
    assert office.session.scalars(select(Case).where(Case.family_id == office.fine.id)).all() == [], "nor is one opened"
    assert [one.name for one in case_colleagues(office.session, office.lowe)] == ["R. Diaz"]


def test_a_snooze_is_until_a_day_to_come_within_a_year_and_can_end_early(office: Office) -> None:
    for until in (None, TODAY, TODAY - DAY, TODAY + 400 * DAY):
        with pytest.raises(CaseFieldRefused, match="Choose a day") as refused:
            office.take(office.lowe, office.high, Step.SNOOZE, until=until)
        assert refused.value.field == "until"
    office.done(office.lowe, office.high, Step.SNOOZE, until=TOMORROW)
    assert office.case(office.high).snoozed_until == TOMORROW
    office.done(office.lowe, office.high, Step.WAKE)
    assert office.case(office.high).snoozed_until is None


@pytest.mark.parametrize(
    ("step", "entered", "field"),
    [
        (Step.NOTE, {}, "words"),
        (Step.NOTE, {"words": "x" * 2_001}, "words"),
        (Step.RESOLVE, {"words": "Met."}, "outcome"),
        (Step.RESOLVE, {"outcome": CaseOutcome.SOMETHING_ELSE}, "words"),
        (Step.ASSIGN, {}, "to"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_done(
    office: Office, step: Step, entered: dict[str, Any], field: str
) -> None:
    with pytest.raises(CaseFieldRefused) as refused:
        office.take(office.lowe, office.high, step, **entered)
    assert refused.value.field == field
    assert office.kinds(office.high) == ["opened"]


def test_a_resolution_keeps_how_it_ended_and_the_reasons_of_that_day(office: Office) -> None:
    office.done(office.lowe, office.high, Step.RESOLVE, outcome=CaseOutcome.SUPPORTED, words="A tutor from Monday.")
    case = office.case(office.high)
    assert (case.state, case.resolved_at, case.resolved_by) == (CaseState.RESOLVED, NOW, office.lowe.account_id)
    assert (case.outcome, case.resolution) == (CaseOutcome.SUPPORTED, "A tutor from Monday.")
    assert "work_below_average" in case.codes
    assert "no open case" in str(office.why_not(office.diaz, office.high, Step.NOTE, words="Hm."))
    office.done(office.diaz, office.high, Step.REOPEN)
    assert (office.case(office.high).state, office.case(office.high).outcome) == (CaseState.OPEN, None)


def test_a_step_that_is_taken_already_is_no_second_step(office: Office) -> None:
    office.done(office.lowe, office.high, Step.CLAIM)
    for step in (Step.CLAIM, Step.WAKE, Step.REOPEN):
        report = office.take(office.lowe, office.high, step)
        assert (len(report.done), report.act) == (1, None)
    assert office.kinds(office.high) == ["opened", "claimed"]


def test_what_was_done_since_the_page_was_opened_is_told_and_nothing_is_overwritten(office: Office) -> None:
    page = office.seen(office.high)
    office.done(office.diaz, office.high, Step.CLAIM, page)
    office.done(office.diaz, office.high, Step.NOTE, words="Father calls back on Friday.")
    why = office.why_not(
        office.lowe, office.high, Step.RESOLVE, page, outcome=CaseOutcome.NO_CONCERN, words="All is well."
    )
    assert isinstance(why, CaseMovedOn)
    assert [(step.kind, step.who, step.words) for step in why.steps] == [
        ("claimed", "R. Diaz", None), ("noted", "R. Diaz", "Father calls back on Friday."),
    ]  # fmt: skip
    assert str(why) == "Tue 24 Nov, 10 am: R. Diaz added a note."
    assert office.case(office.high).state is CaseState.OPEN
    office.done(office.lowe, office.high, Step.RESOLVE, office.seen(office.high), outcome=CaseOutcome.NO_CONCERN)


@pytest.mark.parametrize("step", [Step.CLAIM, Step.SNOOZE, Step.NOTE, Step.RESOLVE, Step.ASSIGN])
def test_no_step_passes_over_a_resolution_of_somebody_else(office: Office, step: Step) -> None:
    page = office.seen(office.high)
    office.done(office.diaz, office.high, Step.RESOLVE, page, outcome=CaseOutcome.SETTLED)
    entered: dict[str, Any] = {
        "words": "x", "outcome": CaseOutcome.NO_CONCERN, "until": TOMORROW, "to": office.diaz.staff_id,
    }  # fmt: skip
    why = office.why_not(office.lowe, office.high, step, page, **entered)
    assert str(why) == "Tue 24 Nov, 10 am: R. Diaz resolved it. Reached, and settled."
    assert office.kinds(office.high) == ["opened", "resolved"]


def test_a_case_that_somebody_opened_and_resolved_meanwhile_is_not_opened_a_second_time(office: Office) -> None:
    """The page showed an elevated family without a case."""
    office.done(office.diaz, office.fine, Step.RESOLVE, NO_CASE, outcome=CaseOutcome.NO_CONCERN)
    assert isinstance(office.why_not(office.lowe, office.fine, Step.CLAIM, NO_CASE), CaseMovedOn)
    assert len(office.session.scalars(select(Case).where(Case.family_id == office.fine.id)).all()) == 1


def test_what_the_night_did_is_told_too(office: Office, session: Session) -> None:
    page = office.seen(office.high)
    session.execute(
        update(Case).where(Case.family_id == office.high.id).values(below_since=NOW - 20 * DAY, snoozed_until=None)
    )
    session.execute(update(RiskScore).where(RiskScore.family_id == office.high.id).values(band=Band.LOW))
    tend_cases(session, NOW)
    why = office.why_not(office.lowe, office.high, Step.CLAIM, page)
    assert str(why) == "Tue 24 Nov, 10 am: it closed by itself."


def test_a_change_that_nobody_wrote_down_is_still_no_secret(office: Office, session: Session) -> None:
    page = office.seen(office.high)
    session.execute(update(Case).values(version=Case.version + 1))
    assert "has changed since you opened the page" in str(office.why_not(office.lowe, office.high, Step.CLAIM, page))


def test_ones_own_steps_stand_in_nobodys_way(office: Office) -> None:
    page = office.seen(office.high)
    office.done(office.lowe, office.high, Step.CLAIM, page)
    office.done(office.lowe, office.high, Step.SNOOZE, page, until=TOMORROW)
    office.done(office.lowe, office.high, Step.NOTE, page, words="Called, rang out.")
    assert office.kinds(office.high) == ["opened", "claimed", "snoozed", "noted"]


@pytest.mark.parametrize(
    ("step", "entered"),
    [
        (Step.CLAIM, {}),
        (Step.NOTE, {"words": "Called, rang out."}),
        (Step.SNOOZE, {"until": TOMORROW}),
        (Step.RESOLVE, {"outcome": CaseOutcome.SETTLED, "words": "Met."}),
    ],
)
def test_a_form_sent_twice_is_one_step(office: Office, step: Step, entered: dict[str, Any]) -> None:
    page = office.seen(office.high)
    first = office.done(office.lowe, office.high, step, page, **entered)
    assert office.done(office.lowe, office.high, step, page, **entered) == first, "and the same undo"
    assert len(office.kinds(office.high)) == 2


@pytest.mark.parametrize(
    ("step", "entered"),
    [
        (Step.CLAIM, {}),
        (Step.ASSIGN, {"to": "R. Diaz"}),
        (Step.SNOOZE, {"until": TOMORROW}),
        (Step.RESOLVE, {"outcome": CaseOutcome.SOMETHING_ELSE, "words": "Moved away."}),
    ],
)
def test_each_step_is_taken_back_as_if_it_had_not_been(office: Office, step: Step, entered: dict[str, Any]) -> None:
    if "to" in entered:
        entered = {"to": office.diaz.staff_id}
    before = columns(office.case(office.high))
    key = office.done(office.lowe, office.high, step, **entered)
    assert columns(office.case(office.high)) != before
    for _ in range(2):
        report = undo_act(office.session, office.lowe, key, NOW)
        assert (len(report.done), report.refused) == (1, ())
    assert columns(office.case(office.high)) == before
    assert office.kinds(office.high)[-1] == "undone"
    assert len(office.kinds(office.high)) == 3, "undone once, though asked twice"


def columns(case: Case) -> dict[str, object]:
    values = {column.name: getattr(case, column.name) for column in Case.__table__.columns}
    del values["version"]
    return values


@pytest.mark.parametrize(("first", "then"), [(Step.CLAIM, Step.RELEASE), (Step.RESOLVE, Step.REOPEN)])
def test_the_way_back_is_taken_back_too(office: Office, first: Step, then: Step) -> None:
    office.done(office.lowe, office.high, first, outcome=CaseOutcome.SETTLED)
    before = columns(office.case(office.high))
    undo_act(office.session, office.lowe, office.done(office.lowe, office.high, then), NOW + DAY)
    assert columns(office.case(office.high)) == before


def test_undo_goes_back_step_by_step(office: Office) -> None:
    untouched = columns(office.case(office.high))
    office.done(office.lowe, office.high, Step.CLAIM)
    office.done(office.lowe, office.high, Step.NOTE, words="Rang out.")
    office.done(office.lowe, office.high, Step.SNOOZE, until=TOMORROW)
    for _ in range(3):
        key = last_act(office.session, office.lowe)
        assert key
        assert undo_act(office.session, office.lowe, key, NOW).refused == ()
    assert columns(office.case(office.high)) == untouched
    assert last_act(office.session, office.lowe) is None


def test_an_undo_does_not_pass_over_anothers_step(office: Office) -> None:
    key = office.done(office.lowe, office.high, Step.SNOOZE, until=TOMORROW)
    office.done(office.diaz, office.high, Step.WAKE)
    (refused,) = undo_act(office.session, office.lowe, key, NOW).refused
    assert str(refused.why) == "Tue 24 Nov, 10 am: R. Diaz put it back in the queue."
    assert office.case(office.high).snoozed_until is None


def test_anothers_note_survives_an_undo(office: Office) -> None:
    key = office.done(office.lowe, office.high, Step.RESOLVE, outcome=CaseOutcome.SETTLED)
    office.done(office.diaz, office.high, Step.REOPEN)
    office.done(office.diaz, office.high, Step.NOTE, words="Not settled.")
    assert undo_act(office.session, office.lowe, key, NOW).refused
    note = office.done(office.lowe, office.high, Step.NOTE, words="I see.")
    office.done(office.diaz, office.high, Step.CLAIM)
    assert undo_act(office.session, office.lowe, note, NOW).refused == (), "a note is in nobody's way"
    notes = [(step.words, step.undone) for step in history_of(office.session, office.high.id) if step.kind == "noted"]
    assert notes == [("I see.", True), ("Not settled.", False)]


def test_only_who_did_it_takes_it_back(office: Office) -> None:
    key = office.done(office.lowe, office.high, Step.CLAIM)
    with pytest.raises(NotFound):
        undo_act(office.session, office.diaz, key, NOW)
    with pytest.raises(NotFound):
        undo_act(office.session, office.lowe, "no such act", NOW)


def test_a_resolution_is_not_undone_over_a_newer_open_case(office: Office, session: Session) -> None:
    key = office.done(office.lowe, office.high, Step.RESOLVE, outcome=CaseOutcome.SETTLED)
    score_families(session, NOW + 31 * DAY, [office.high.id])
    tend_cases(session, NOW + 31 * DAY)
    (refused,) = undo_act(office.session, office.lowe, key, NOW + 31 * DAY).refused
    assert "newer open case" in str(refused.why)


def test_many_in_one_go_with_a_report_of_which_could_not_and_one_undo(office: Office) -> None:
    page = [Chosen(one.id, office.seen(one)) for one in (office.high, office.other)]
    office.done(office.diaz, office.other, Step.CLAIM)
    chosen = [*page, Chosen(office.fine.id, NO_CASE)]
    report = act_on_cases(office.session, office.lowe, Act(Step.SNOOZE, until=TOMORROW), chosen, NOW)
    assert [one.name for one in report.done] == ["Delgado", "Silva"]
    assert [(one.name, str(one.why)) for one in report.refused] == [
        ("Hartley", "Tue 24 Nov, 10 am: R. Diaz claimed it.")
    ]
    assert office.case(office.other).snoozed_until is None
    assert report.act
    undone = undo_act(office.session, office.lowe, report.act, NOW)
    assert [one.name for one in undone.done] == ["Delgado", "Silva"]
    assert [office.case(one).snoozed_until for one in (office.high, office.fine)] == [None, None]


def test_a_strange_family_among_many_is_left_out_and_alone_is_not_there(office: Office) -> None:
    strange = office.family("Ross", 40.0, office.world.school())
    chosen = [Chosen(office.high.id), Chosen(strange.id)]
    report = act_on_cases(office.session, office.lowe, Act(Step.CLAIM), chosen, NOW)
    assert [one.name for one in report.done] == ["Delgado"]
    assert [(one.name, str(one.why)) for one in report.refused] == [
        ("A family", "There is no such family, or you do not work with it.")
    ]
    with pytest.raises(NotFound):
        office.take(office.lowe, strange, Step.CLAIM)
    assert office.session.scalars(select(Case).where(Case.family_id == strange.id)).all() == []


def test_of_many_a_family_that_moved_away_meanwhile_is_not_taken_back_and_the_others_are(office: Office) -> None:
    chosen = [Chosen(one.id, office.seen(one)) for one in (office.high, office.other)]
    act = act_on_cases(office.session, office.lowe, Act(Step.SNOOZE, until=TOMORROW), chosen, NOW).act
    assert act
    member = select(Student).join(FamilyMember, FamilyMember.student_id == Student.id)
    child = office.session.scalars(member.where(FamilyMember.family_id == office.other.id)).one()
    child.school_id = office.world.school().id
    undone = undo_act(office.session, office.lowe, act, NOW)
    assert [one.name for one in undone.done] == ["Delgado"]
    assert [one.name for one in undone.refused] == ["A family"]
    assert office.case(office.other).snoozed_until == TOMORROW


def test_a_page_that_names_another_familys_case_is_told_nothing_of_it(office: Office) -> None:
    elsewhere = office.family("Ross", 40.0, office.world.school())
    strange = Case(family_id=elsewhere.id, opened_at=NOW, codes=[], points=9, version=3)
    office.session.add(strange)
    office.session.flush()
    office.session.add(CaseEvent(case_id=strange.id, version=3, kind=CaseEventKind.NOTED, at=NOW, words="Not theirs."))
    office.session.flush()
    why = office.why_not(office.lowe, office.high, Step.CLAIM, Seen(strange.id, 0))
    assert isinstance(why, CaseMovedOn)
    assert [step.kind for step in why.steps] == [CaseEventKind.OPENED]


@pytest.mark.parametrize("text", ["1:2", "99999999999999999999.1", "1.99999999999999999999", "9" * 30 + ".1", "²."])
def test_a_version_that_no_case_can_have_is_a_page_that_showed_none(text: str) -> None:
    assert Seen.read(text) == NO_CASE


def test_more_than_a_page_can_hold_is_refused_whole(office: Office) -> None:
    chosen = [Chosen(number) for number in range(1, MOST_CHOSEN + 2)]
    with pytest.raises(CaseRefused, match="choose fewer"):
        act_on_cases(office.session, office.lowe, Act(Step.CLAIM), chosen, NOW)


def test_who_works_no_cases_is_turned_away(office: Office, session: Session, world: World) -> None:
    teacher = viewer_of(session, world.account(world.staff(office.school)), NOW)
    without_staff = viewer_of(session, world.account(None, AccountRole.DISTRICT_ADMINISTRATOR), NOW)
    for viewer in (teacher, without_staff):
        with pytest.raises(NotAllowed):
            office.take(viewer, office.high, Step.CLAIM)
        with pytest.raises(NotAllowed):
            undo_act(session, viewer, "any", NOW)


def test_what_was_done_with_a_case_cannot_be_rewritten(office: Office, session: Session) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(update(CaseEvent).values(words="Nothing happened."))


def test_each_step_reads_as_a_sentence_in_both_languages(office: Office) -> None:
    office.done(office.lowe, office.high, Step.CLAIM)
    office.done(office.lowe, office.high, Step.SNOOZE, until=TOMORROW)
    office.done(office.lowe, office.high, Step.ASSIGN, to=office.diaz.staff_id)
    undo_act(office.session, office.lowe, office.done(office.lowe, office.high, Step.NOTE, words="x"), NOW)
    steps = history_of(office.session, office.high.id)

    def said() -> list[str]:
        return [step_words(step, named_zone(CHICAGO), NOW).removeprefix("Tue 24 Nov, 10 am: ") for step in steps]

    assert said() == [
        "K. Lowe took a note back.", "K. Lowe added a note.", "K. Lowe gave it to R. Diaz.",
        "K. Lowe snoozed it until 25 Nov.", "K. Lowe claimed it.", "the night opened this case.",
    ]  # fmt: skip
    with speaking("es"):
        assert "K. Lowe" in said()[2]
        assert said()[5] != "the night opened this case."

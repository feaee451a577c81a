"""What people do with cases: one or many in one go, never over another's work unseen, and taken back."""

from __future__ import annotations

import threading
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
    RiskScore,
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
    Seen,
    Step,
    act_on_cases,
    case_colleagues,
    history_of,
    step_words,
    tend_cases,
    undo_act,
)
from outreach.schooltime import named_zone
from tests.risk.offices import DAY, TODAY, TOMORROW, Office
from tests.world import CHICAGO, NOW, World


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

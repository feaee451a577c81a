"""What was done with a case is taken back step by step, by who did it, and never over what others did."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Case,
    CaseOutcome,
    FamilyMember,
    Student,
)
from outreach.errors import NotFound
from outreach.risk import (
    NO_CASE,
    Act,
    Chosen,
    Step,
    act_on_cases,
    history_of,
    last_act,
    score_families,
    tend_cases,
    undo_act,
)
from tests.risk.offices import DAY, TOMORROW, Office
from tests.world import NOW


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

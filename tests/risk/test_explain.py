"""Words with figures, what is unknown, who may read it, and finding a family."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import Authored, Initiator, Outcome, Purpose, SurveyResponse
from models.survey import Segment
from outreach.access import viewer_of
from outreach.cli.context import CliContext
from outreach.cli.risk import risk as risk_command
from outreach.errors import NotFound
from outreach.risk import (
    Code,
    NotScored,
    SeveralFamilies,
    describe,
    explain,
    find_family,
    reader_for,
    score_families,
)
from tests.world import NOW, World

from .conftest import Home

DAY = timedelta(days=1)
NEVER_SAID = re.compile(r"risk|detractor|score|case\b", re.IGNORECASE)


def everything(world: World, home: Home) -> None:
    """A family with nearly every reason there is."""
    world.mark(home.child, 58.0)
    world.absence(home.child, occurred_on=None, days=7)
    asked = world.request(home.family, home.school)
    world.contact(home.child, initiator=Initiator.TEACHER, staff_id=home.teacher.id, purpose=Purpose.CONCERN,
                  outcome=Outcome.DELIVERED, occurred_at=NOW - 50 * DAY)  # fmt: skip
    world.verdict(home.family, request_id=asked.id, helped=False)
    world.add(SurveyResponse(family_id=home.family.id, score=2, segment=Segment.DETRACTOR, answered_at=NOW - DAY))
    other = world.student(home.school)
    world.contact(other, outcome=Outcome.DELIVERED, authored=Authored.APPROVED_IN_BULK)


def test_each_reason_is_a_sentence_with_its_figures(world: World, home: Home, session: Session) -> None:
    everything(world, home)
    score_families(session, NOW)
    found = explain(session, home.family.id, NOW)
    assert {reason.code: reason.words for reason in found.reasons} == {
        "grade_c_or_below": "Maya: 58% in the one subject with marks, last mark on 9 Nov.",
        "work_below_average": "Maya: Math 58% on 9 Nov, failing.",
        "absences_6_10": "Maya was absent on 7 days this school year.",
        "contact_deficit": "1 contact begun by a teacher about Maya since 17 Aug; the goal by now is 3.1.",
        "unanswered_request": "Asked on 17 Nov, unanswered for 5 school days.",
        "unhelpful_outcome": "The family said on 23 Nov that an answer did not help.",
        "no_follow_through": "A concern was raised about Maya on 5 Oct; family and school have not spoken since.",
        "no_general_notice": "None of the school's general notices has reached the family since 17 Aug.",
        "survey_detractor": "Answered 2 of 10 on 23 Nov.",
    }
    assert found.points == sum(reason.points for reason in found.reasons) == 17
    assert all(reason.source and reason.evidence for reason in found.reasons)
    assert not any(NEVER_SAID.search(f"{reason.title} {reason.words} {reason.short}") for reason in found.reasons)


def test_elapsed_days_are_made_when_shown(world: World, home: Home, session: Session) -> None:
    world.request(home.family, home.school)
    score_families(session, NOW)
    later = explain(session, home.family.id, NOW + DAY).reasons
    assert next(reason for reason in later if reason.code == "unanswered_request").short == "Request unanswered 6 days"


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_words_even_for_evidence_of_an_older_version(code: Code, world: World, session: Session) -> None:
    evidence = {"level": "failing", "since": "2026-08-17", "at": "2026-11-03T15:00:00Z", "on": "2026-11-09"}
    words = describe(code, evidence, reader_for(session, NOW, []))  # type: ignore[arg-type]  # a dict of plain text
    assert words.title
    assert words.words.endswith(".")
    assert not NEVER_SAID.search(f"{words.title} {words.words} {words.short}")


def test_a_code_of_a_later_version_is_shown_by_its_name(session: Session) -> None:
    assert describe("new_thing", {}, reader_for(session, NOW, [])).words == "New thing."


def test_what_is_unknown_is_said(world: World, session: Session) -> None:
    child = world.student(school := world.school(name="Grand Bend High"))
    family = world.family(child)
    score_families(session, NOW)
    found = explain(session, family.id, NOW)
    assert found.points == 0
    assert found.unknown == (
        "Maya has no marks in a core subject this term.",
        "Grand Bend High has not logged contacts for long enough, so who has heard from us is not known.",
        "Grand Bend High's general notices are not in this log, so whether they reach the family is not known.",
    )
    school.log_began = date(2026, 11, 10)
    session.flush()
    assert "count since 10 Nov" in explain(session, family.id, NOW).unknown[1]
    summer = NOW.replace(year=2027, month=7)
    score_families(session, summer)
    assert "outside every term" in explain(session, family.id, summer).unknown[1]


def test_what_was_unknown_is_told_as_of_the_scoring(world: World, home: Home, session: Session) -> None:
    world.mark(home.child, 90.0)
    score_families(session, NOW)
    years_later = explain(session, home.family.id, NOW + timedelta(days=800))
    assert years_later.unknown == explain(session, home.family.id, NOW).unknown
    assert not any("no marks" in sentence for sentence in years_later.unknown)


def test_a_teacher_reads_nothing_about_a_child_of_others(world: World, home: Home, session: Session) -> None:
    brother, sister = world.student(home.school), world.student(home.school)
    family = world.family(brother, sister)
    world.mark(sister, 58.0)
    world.request(family, home.school)
    section = world.section(home.school)
    world.teaches(home.teacher, section, brother)
    score_families(session, NOW)
    teacher = viewer_of(session, world.account(home.teacher), NOW)
    seen = {reason.code for reason in explain(session, family.id, NOW, teacher).reasons}
    assert "unanswered_request" in seen
    assert not {"work_below_average", "grade_c_or_below"} & seen


def test_before_the_first_night_there_is_nothing_to_explain(home: Home, session: Session) -> None:
    with pytest.raises(NotScored, match="outreach nightly"):
        explain(session, home.family.id, NOW)
    with pytest.raises(NotFound):
        explain(session, 999_999, NOW)


def test_find_by_id_or_by_the_sis_s_id_of_a_student_or_guardian(world: World, home: Home, session: Session) -> None:
    guardian = world.guardian(home.child)
    for text in (str(home.family.id), home.child.sourced_id, f" {guardian.sourced_id} "):
        assert find_family(session, text) == home.family.id
    for text in ("nobody", "0", "99999999999999999999", "", "²"):
        with pytest.raises(NotFound):
            find_family(session, text)


def test_a_guardian_of_two_families_is_asked_back(world: World, home: Home, session: Session) -> None:
    other = world.family(child := world.student(home.school))
    guardian = world.guardian(home.child, child)
    with pytest.raises(SeveralFamilies, match=f"{home.family.id}, {other.id}"):
        find_family(session, str(guardian.sourced_id))


def test_a_family_s_own_id_goes_before_a_student_whose_sourced_id_is_that_number(
    world: World, home: Home, session: Session
) -> None:
    world.family(world.student(home.school, sourced_id=str(home.family.id)))
    assert find_family(session, str(home.family.id)) == home.family.id


def test_the_command_answers_with_points_band_and_reasons(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with Session(engine) as session:
        world = World(session)
        child = world.student(world.school(log_began=date(2026, 8, 17)))
        world.family(child)
        world.mark(child, 58.0)
        score_families(session, NOW)
        sourced_id = child.sourced_id
        session.commit()
    cli = CliContext(as_of=NOW)
    cli.__dict__["sessions"] = lambda: Session(engine)
    done = CliRunner().invoke(risk_command, ["explain", sourced_id, "--json"], obj=cli)
    answer = json.loads(done.stdout)
    assert (done.exit_code, answer["points"], answer["band"]) == (0, 7, "high")
    assert answer["reasons"][0]["code"] == "work_below_average"
    assert answer["reasons"][0]["evidence"]["percent"] == 58
    assert {"code", "points", "evidence", "source"} <= set(answer["reasons"][0])
    cli.as_json = False
    lines = CliRunner().invoke(risk_command, ["explain", sourced_id], obj=cli).stdout
    assert "+3  Maya: Math 58% on 9 Nov, failing." in lines

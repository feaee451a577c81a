"""Requests, verdicts and survey answers: what the family itself asked and said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import Family, RequestState, SurveyResponse
from models.survey import Segment
from tests.world import NOW, World

from .conftest import Home, Score

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("due", "given"), [(NOW - SECOND, True), (NOW, False), (None, False)])
def test_a_request_past_due(world: World, home: Home, score: Score, due: object, given: bool) -> None:
    request = world.request(home.family, home.school, due_at=due)
    found = score(home.family)
    assert ("unanswered_request" in found) is given
    if given:
        points, evidence = found["unanswered_request"]
        assert points == 2
        assert evidence == {
            "request_id": request.id, "school_id": home.school.id, "department": "teaching", "requests": 1,
            "asked_at": "2026-11-17T16:00:00Z", "due_at": "2026-11-24T15:59:59Z",
        }  # fmt: skip


@pytest.mark.parametrize(("count", "points"), [(1, 2), (2, 4), (3, 4)])
def test_requests_give_two_points_each_and_four_at_most(
    world: World, home: Home, score: Score, count: int, points: int
) -> None:
    for number in range(count):
        asked = NOW - (5 + number) * DAY
        world.request(home.family, home.school, guardian_id=world.guardian(home.child).id, opened_at=asked,
                      due_at=asked + DAY)  # fmt: skip
    found = score(home.family)["unanswered_request"]
    assert (found[0], found[1]["requests"]) == (points, count)
    assert found[1]["asked_at"] == (NOW - (4 + count) * DAY).strftime("%Y-%m-%dT%H:%M:%SZ"), "the oldest is named"


@pytest.mark.parametrize(
    "values",
    [
        {"state": RequestState.ANSWERED, "answered_at": NOW - DAY},
        {"state": RequestState.CLOSED, "closed_at": NOW - DAY, "no_answer_needed": "said thanks"},
    ],
)
def test_a_request_that_was_answered_or_needs_no_answer_gives_no_points(
    world: World, home: Home, score: Score, values: dict[str, object]
) -> None:
    world.request(home.family, home.school, **values)
    assert "unanswered_request" not in score(home.family)


def test_an_unanswered_request_still_counts_outside_every_term(world: World, home: Home, score: Score) -> None:
    world.request(home.family, home.school)
    assert "unanswered_request" in score(home.family, NOW.replace(year=2027, month=7))


@pytest.mark.parametrize(("age", "given"), [(60 * DAY, True), (60 * DAY + SECOND, False)])
def test_not_helpful_counts_for_60_days(world: World, home: Home, score: Score, age: timedelta, given: bool) -> None:
    world.verdict(home.family, contact_id=world.contact(home.child).id, helped=False, given_at=NOW - age)
    assert ("unhelpful_outcome" in score(home.family)) is given


def test_only_the_latest_verdict_counts(world: World, home: Home, score: Score) -> None:
    contact = world.contact(home.child)
    world.verdict(home.family, contact_id=contact.id, helped=False, given_at=NOW - 3 * DAY)
    world.verdict(home.family, contact_id=contact.id, helped=True, given_at=NOW - 2 * DAY)
    assert "unhelpful_outcome" not in score(home.family)
    latest = world.verdict(home.family, contact_id=contact.id, helped=False, given_at=NOW - DAY)
    assert score(home.family)["unhelpful_outcome"] == (2, {
        "verdict_id": latest.id, "contact_id": contact.id, "request_id": None, "at": "2026-11-23T16:00:00Z",
    })  # fmt: skip


def test_what_staff_heard_and_what_was_undone_move_nothing(world: World, home: Home, score: Score) -> None:
    world.contact(home.child, said_it_helped=False)
    undone = world.contact(home.child, voided_at=NOW, void_reason="other family")
    world.verdict(home.family, contact_id=undone.id, helped=False)
    assert "unhelpful_outcome" not in score(home.family)


def answer(world: World, family: Family, score: int, age: timedelta = DAY) -> SurveyResponse:
    segment = Segment.PROMOTER if score >= 9 else Segment.PASSIVE if score >= 7 else Segment.DETRACTOR
    return world.add(SurveyResponse(family_id=family.id, score=score, segment=segment, answered_at=NOW - age))


@pytest.mark.parametrize(
    ("given", "code", "points"),
    [(0, "survey_detractor", 4), (6, "survey_detractor", 4), (7, None, 0), (8, None, 0), (9, "survey_promoter", -2)],
)
def test_the_survey_answer(world: World, home: Home, score: Score, given: int, code: str | None, points: int) -> None:
    response = answer(world, home.family, given)
    found = {code: reason for code, reason in score(home.family).items() if code.startswith("survey")}
    expected = {"response_id": response.id, "score": given, "at": "2026-11-23T16:00:00Z"}
    assert found == ({code: (points, expected)} if code else {})


def test_only_the_latest_answer_within_a_year_counts(world: World, home: Home, score: Score) -> None:
    answer(world, home.family, 3, 365 * DAY)
    assert "survey_detractor" in score(home.family)
    answer(world, home.family, 7, 300 * DAY)
    assert "survey_detractor" not in score(home.family)
    other = world.family(world.student(home.school))
    answer(world, other, 3, 365 * DAY + SECOND)
    assert "survey_detractor" not in score(other)

"""A family's own word, recorded as it was given, moves its score at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import RiskReason, Segment, SurveyResponse, Verdict
from outreach.surveys import SurveyRefused, VerdictRefused, record_survey_response, record_verdict, segment_of
from tests.contacts.homes import Home, home
from tests.world import NOW, World


@pytest.fixture
def delgado(world: World) -> Home:
    return home(world)


def codes(delgado: Home) -> set[str]:
    reasons = select(RiskReason.code).where(RiskReason.family_id == delgado.family.id)
    return set(delgado.world.session.scalars(reasons))


def test_not_helpful_is_a_reason_at_once_and_a_later_helpful_one_takes_it_back(delgado: Home, session: Session) -> None:
    contact = delgado.log()
    given: dict[str, Any] = {"family_id": delgado.family.id, "contact_id": contact.id, "guardian_id": delgado.rosa.id}
    record_verdict(session, **given, helped=False, now=NOW, words=" Nobody called back ")
    assert "unhelpful_outcome" in codes(delgado)
    later = NOW + timedelta(hours=1)
    record_verdict(session, **given, helped=True, now=later)
    assert "unhelpful_outcome" not in codes(delgado)
    assert session.scalars(select(Verdict.words).order_by(Verdict.id)).all() == ["Nobody called back", None]


def test_what_staff_heard_is_no_verdict(delgado: Home, session: Session) -> None:
    delgado.log(said_it_helped=False)
    assert "unhelpful_outcome" not in codes(delgado)
    assert session.scalar(select(func.count()).select_from(Verdict)) == 0


def test_the_same_word_told_twice_is_heard_once(delgado: Home, session: Session) -> None:
    request = delgado.asks()
    told = [
        record_verdict(session, family_id=delgado.family.id, request_id=request.id, helped=True, now=NOW).id
        for _ in range(2)
    ]
    assert told[0] == told[1]
    answers = [record_survey_response(session, family_id=delgado.family.id, score=9, now=NOW).id for _ in range(2)]
    assert answers[0] == answers[1]


def test_a_verdict_is_about_something_of_this_family(delgado: Home, session: Session, world: World) -> None:
    contact, request = delgado.log(), delgado.asks()
    stranger = world.family(world.student(delgado.school))
    refusals: list[tuple[dict[str, Any], str]] = [
        ({"family_id": delgado.family.id}, "which contact or which question"),
        ({"family_id": stranger.id, "contact_id": contact.id}, "was not with this family"),
        ({"family_id": stranger.id, "request_id": request.id}, "was not asked by this family"),
        ({"family_id": 987654, "request_id": request.id}, "does not exist"),
        ({"family_id": delgado.family.id, "request_id": request.id, "guardian_id": 987654}, "does not exist"),
    ]
    for values, sentence in refusals:
        with pytest.raises(VerdictRefused, match=sentence):
            record_verdict(session, helped=True, now=NOW, **values)


@pytest.mark.parametrize(
    ("score", "segment", "code"),
    [(10, Segment.PROMOTER, "survey_promoter"), (7, Segment.PASSIVE, None), (6, Segment.DETRACTOR, "survey_detractor")],
)
def test_a_survey_answer_has_its_segment_and_its_reason(
    delgado: Home, session: Session, score: int, segment: Segment, code: str | None
) -> None:
    response = record_survey_response(session, family_id=delgado.family.id, score=score, now=NOW)
    assert response.segment is segment
    assert codes(delgado) & {"survey_promoter", "survey_detractor"} == ({code} if code else set())


def test_net_promoters_cuts() -> None:
    assert [segment_of(score) for score in range(11)] == [Segment.DETRACTOR] * 7 + [Segment.PASSIVE] * 2 + [
        Segment.PROMOTER
    ] * 2


@pytest.mark.parametrize("score", [-1, 11])
def test_another_number_is_no_answer(delgado: Home, session: Session, score: int) -> None:
    with pytest.raises(SurveyRefused, match="from 0 to 10"):
        record_survey_response(session, family_id=delgado.family.id, score=score, now=NOW)
    assert session.scalar(select(func.count()).select_from(SurveyResponse)) == 0


def test_a_word_from_the_future_is_refused(delgado: Home, session: Session) -> None:
    with pytest.raises(SurveyRefused, match="still to come"):
        record_survey_response(
            session, family_id=delgado.family.id, score=5, now=NOW, answered_at=NOW + timedelta(hours=1)
        )

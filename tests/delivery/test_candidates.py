"""Which text is which attempt: what recipient, words and time prove, and what they never do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery.candidates import Absent, AskPerson, NotYet, OpenAttempt, Taken, judge
from outreach.delivery.providers.base import Found
from tests.world import NOW

LATER = NOW + timedelta(hours=1)
TO = "+13125550142"


def attempt(name: str, body: str = "words", seconds: int = 0, settles: int = 630) -> OpenAttempt:
    begins = NOW + timedelta(seconds=seconds)
    return OpenAttempt(name, body, begins, begins + timedelta(seconds=settles))


def found(sid: str, body: str = "words", seconds: int | None = 1) -> Found:
    return Found(sid, TO, body, "sent", None if seconds is None else NOW + timedelta(seconds=seconds))


def test_no_text_proves_absence() -> None:
    assert judge(attempt("a"), [], [], LATER) == Absent()


def test_one_text_and_one_attempt_are_each_other_s() -> None:
    assert judge(attempt("a"), [attempt("b", "other words")], [found("SM1")], LATER) == Taken(found("SM1"))


def test_a_text_older_than_the_attempt_is_not_its() -> None:
    assert judge(attempt("a"), [], [found("SM1", seconds=-600)], LATER) == Absent()


def test_a_text_without_a_time_may_be_its() -> None:
    assert isinstance(judge(attempt("a"), [], [found("SM1", seconds=None)], LATER), Taken)


def test_the_words_of_another_open_attempt_are_not_strange() -> None:
    assert judge(attempt("a"), [attempt("b", "other")], [found("SM1", "other")], LATER) == Absent()


def test_words_that_are_nobody_s_stand_in_the_way() -> None:
    assert judge(attempt("a"), [], [found("SM1", "__REDACTED__")], LATER) == AskPerson()


def test_two_texts_for_one_attempt_are_for_a_person() -> None:
    assert judge(attempt("a"), [], [found("SM1"), found("SM2")], LATER) == AskPerson()


def test_one_that_is_still_on_its_way_makes_those_of_its_words_wait() -> None:
    young = attempt("b", seconds=3500)
    assert judge(attempt("a"), [young], [found("SM1")], LATER) == NotYet()


@dataclass(frozen=True)
class Past:
    """What really happened at the provider to attempts that all have the same recipient."""

    attempts: list[OpenAttempt]
    taken: dict[str, Found]


@st.composite
def pasts(draw: st.DrawFn) -> Past:
    attempts, taken = [], {}
    for number in range(draw(st.integers(1, 5))):
        one = attempt(f"a{number}", draw(st.sampled_from(["one", "two"])), draw(st.integers(0, 900)))
        attempts.append(one)
        if draw(st.booleans()):
            late = draw(st.integers(0, 630))
            at = (one.started_at - NOW) // timedelta(seconds=1) + late
            taken[one.id] = found(f"SM{number}", one.body, at)
    return Past(attempts, taken)


@given(past=pasts())
def test_what_is_proved_is_true_whatever_happened(past: Past) -> None:
    unclaimed = list(past.taken.values())
    answers = {
        one.id: judge(one, [other for other in past.attempts if other is not one], unclaimed, LATER)
        for one in past.attempts
    }
    for name, answer in answers.items():
        if isinstance(answer, Absent):
            assert name not in past.taken
        if isinstance(answer, Taken):
            assert name in past.taken
    named = [answer.found.provider_id for answer in answers.values() if isinstance(answer, Taken)]
    assert len(set(named)) == len(named), "one text is one attempt's"


@given(past=pasts())
def test_words_of_their_own_always_prove_one_or_the_other(past: Past) -> None:
    own = {one.id: OpenAttempt(one.id, one.id, one.started_at, one.settles_at) for one in past.attempts}
    unclaimed = [
        Found(text.provider_id, TO, name, "sent", text.created_at) for name, text in past.taken.items()
    ]  # fmt: skip
    for name, mine in own.items():
        others = [one for one in own.values() if one is not mine]
        answer = judge(mine, others, unclaimed, LATER)
        assert isinstance(answer, Taken if name in past.taken else Absent)

"""Who spoke first in each exchange."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from models import Authored, Initiator, Outcome
from outreach.contacts.exchanges import Spoken, exchanges
from tests.world import NOW


def spoken(
    number: int, day: float, initiator: Initiator = Initiator.TEACHER, outcome: Outcome = Outcome.REACHED,
    *, authored: Authored = Authored.WRITTEN, undone: bool = False, requests: frozenset[int] = frozenset(),
) -> Spoken:  # fmt: skip
    return Spoken(number, NOW + timedelta(days=day), initiator, outcome, authored, undone, requests)


def firsts(*contacts: Spoken) -> list[tuple[int | None, tuple[int, ...]]]:
    return [(exchange.first_to_speak, exchange.contact_ids) for exchange in exchanges(contacts)]


def test_a_week_without_a_word_begins_a_new_exchange() -> None:
    assert firsts(spoken(1, 0), spoken(2, 6.9, Initiator.FAMILY), spoken(3, 13.9)) == [(1, (1, 2)), (3, (3,))]


def test_an_answer_belongs_to_its_question_however_late() -> None:
    asked = spoken(1, 0, Initiator.FAMILY, Outcome.DELIVERED, requests=frozenset({7}))
    assert firsts(asked, spoken(2, 9, requests=frozenset({7}))) == [(1, (1, 2))]
    assert firsts(asked, spoken(2, 9)) == [(1, (1,)), (2, (2,))]


def test_a_question_asked_again_after_a_quiet_week_begins_a_new_exchange() -> None:
    asked = spoken(1, 0, Initiator.FAMILY, Outcome.DELIVERED, requests=frozenset({7}))
    again = replace(asked, contact_id=2, at=NOW + timedelta(days=9), asks_again=True)
    assert firsts(asked, again) == [(1, (1,)), (2, (2,))]


def test_an_attempt_does_not_speak_and_an_undone_contact_never_did() -> None:
    attempt = spoken(1, 0, outcome=Outcome.LEFT_MESSAGE)
    assert firsts(attempt, spoken(2, 1, Initiator.FAMILY)) == [(2, (1, 2))]
    assert firsts(attempt) == [(None, (1,))]
    assert firsts(spoken(1, 0, undone=True), spoken(2, 1, Initiator.FAMILY)) == [(2, (1, 2))]


def test_a_general_notice_neither_begins_nor_prolongs_an_exchange() -> None:
    notice = spoken(2, 6, outcome=Outcome.DELIVERED, authored=Authored.AUTOMATIC)
    assert firsts(spoken(1, 0), notice, spoken(3, 8)) == [(1, (1, 2)), (3, (3,))]


def test_a_missed_call_from_the_family_is_still_the_family_speaking_first() -> None:
    assert firsts(spoken(1, 0, Initiator.FAMILY, Outcome.NO_ANSWER), spoken(2, 1)) == [(1, (1, 2))]


def test_nothing_was_said() -> None:
    assert exchanges([]) == []

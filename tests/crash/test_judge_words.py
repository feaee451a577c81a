"""The judge finds what goes on after a family wrote, or at a dead number: withdrawals, replies, what stands in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from .case import Kill, OptOut
from .journal import Manner, Words, Wrote
from .letters import sid_of
from .samples import MAILBOX, NOON, PHONE, call, case, final, found, letter, mail, reply


def test_a_message_after_the_withdrawal_is_found_unless_its_call_was_under_way() -> None:
    one = letter()
    gone = OptOut(PHONE, NOON + timedelta(minutes=1))
    for seconds, good in ((-5, True), (1, True), (3, False), (600, False)):
        asked = call(one, gone.at + timedelta(seconds=seconds))
        assert ("to an address opted out" not in found(case([one], [asked], opt_outs=[gone]))) is good
    in_flight = Kill(gone.at, "worker-1.1", "after call", ("attempt",))
    late = call(one, gone.at + timedelta(seconds=3), attempt="attempt")
    assert "to an address opted out" in found(case([one], [late], opt_outs=[gone], kills=[in_flight]))


@pytest.mark.parametrize("words", [Words.STOP, Words.NO_MORE])
def test_a_text_withdraws_once_we_said_that_we_have_it_and_later_only_where_its_reader_died(words: Words) -> None:
    one = letter()
    late = call(one, NOON + timedelta(seconds=10))
    answers = [reply()] if words is Words.NO_MORE else []
    for at_once, good in ((True, False), (False, True)):
        case_of_it = case([one], [*answers, late], wrote=[Wrote(PHONE, words, NOON, at_once)])
        assert ("to an address opted out" not in found(case_of_it)) is good


def test_a_click_ends_e_mails_and_a_cry_for_help_ends_nothing() -> None:
    one, two = mail(), letter(family=2)
    clicked, asked = Wrote(MAILBOX, Words.CLICK, NOON, at_once=True), Wrote(PHONE, Words.HELP, NOON, at_once=True)
    after = NOON + timedelta(minutes=1)
    lines = found(case([one, two], [call(one, after), call(two, after), reply()], wrote=[clicked, asked]))
    assert lines.keys() == {"to an address opted out"}


@pytest.mark.parametrize(
    ("words", "replies", "finding"),
    [
        (Words.NO_MORE, 1, None), (Words.NO_MORE, 2, "replies that nobody asked for"), (Words.NO_MORE, 0, "lost"),
        (Words.HELP, 1, None), (Words.HELP, 0, "lost"), (Words.STOP, 0, None),
        (Words.STOP, 1, "replies that nobody asked for"), (None, 0, None), (None, 1, "replies that nobody asked for"),
    ],
)  # fmt: skip
def test_each_words_get_as_many_replies_as_they_call_for(
    words: Words | None, replies: int, finding: str | None
) -> None:
    wrote = [Wrote(PHONE, words, NOON, at_once=True)] if words is not None else []
    lines = found(case([], [reply() for _ in range(replies)], wrote=wrote))
    assert lines.keys() == ({finding} if finding else set())


def test_a_reply_over_which_a_worker_died_may_have_become_too_late_and_nothing_else_excuses_it() -> None:
    wrote = Wrote(PHONE, Words.NO_MORE, NOON, at_once=True)
    key, died = f"inbound|{sid_of(PHONE)}|opt_out_confirmation", Kill(NOON, "worker-1.1", "after claim", ())
    for state, kills, good in (
        ("expired", [died], True), ("expired", [], False), ("skipped", [died], False),
        ("expired", [replace(died, process="web-1.1")], False),
        ("expired", [replace(died, at=NOON + timedelta(minutes=6))], False),
    ):  # fmt: skip
        lines = found(case([], [], wrote=[wrote], kills=kills, finals={key: final(state)}))
        assert ("lost" not in lines) is good
    assert "lost" in found(case([], [], wrote=[wrote], kills=[died]))
    late = replace(died, at=NOON + timedelta(minutes=6), in_flight=("made in time",))
    for attempt, good in (("made in time", True), ("another", False)):
        finals = {key: replace(final("expired"), attempts=frozenset({attempt}))}
        assert ("lost" not in found(case([], [], wrote=[wrote], kills=[late], finals=finals))) is good


@pytest.mark.parametrize("key", ["inbound|SM1|help", "fallback|7"])
def test_what_is_no_letter_and_called_delivered_must_have_been_seen(key: str) -> None:
    assert "lost" in found(case([], [], finals={key: final("delivered", attempt="1")}))
    told, one = {key: final("failed", attempt="1")}, letter()
    lines = found(case([one], [call(one, attempt="1")], finals={**told, one.tag: final("delivered")}))
    assert lines.keys() == {"told otherwise by our tables"}


def test_a_message_at_another_address_is_found_unless_its_own_is_dead_and_that_is_its_guardians() -> None:
    one = letter()
    refused, moved, strange = call(one, manner=Manner.NUMBER_BAD), call(one, to=MAILBOX), call(one, to="b@example.org")
    finals = {one.tag: final("failed"), "fallback|1": final("delivered", "email", attempt=moved.attempt)}
    assert found(case([one], [refused, moved], finals=finals)) == {}
    for calls in ([moved], [refused, strange], [refused, replace(strange, manner=Manner.BUSY)]):
        assert "that may never leave" in found(case([one], calls, finals=finals))


def test_what_a_dead_number_failed_must_go_to_the_guardians_other_address() -> None:
    one, moment = letter(), NOON + timedelta(hours=1)
    refused = call(one, manner=Manner.NUMBER_BAD)
    left = case([one], [refused], finals={one.tag: final("failed")}, checkpoints=[moment])
    assert "lost" in found(left)
    for harmless in (
        replace(left, calls=[refused, call(one, to=MAILBOX)]),
        replace(left, opt_outs=[OptOut(MAILBOX, NOON)]),
        replace(left, calls=[replace(refused, manner=Manner.OPTED_OUT)]),
    ):
        assert found(harmless) == {}

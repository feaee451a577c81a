"""Kept once, read once, and never lost: at the same moment, killed in between, or failing again and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, func, select, text

from models import (
    Channel,
    Contact,
    District,
    InboundMessage,
    InboundReading,
    InboundState,
    InboundWait,
    MessageKind,
    Request,
    RequestEvent,
    RequestEventKind,
    SafetyAlert,
)
from outreach.delivery.inbound import Incoming, keep, read, read_waiting
from outreach.delivery.inbound.read import MOST_READS, WAITS
from outreach.delivery.steps import Side, Step, watch
from tests.world import NOW

from .mail import Mailroom

NIGHT = datetime.fromisoformat("2026-11-21T03:00:00+00:00")
"""Friday, 21:00 in Chicago."""


def incoming(body: str, key: str = "one", at: datetime = NOW) -> Incoming:
    return Incoming(
        provider="sandbox", provider_id=key, channel=Channel.SMS, from_value="+13125550142", to_value="+15005550006",
        body=body, received_at=at,
    )  # fmt: skip


def at_once(*acts: object) -> None:
    """Run these at the same moment, each in a thread of its own; a fault in one fails the test."""
    barrier, faults = Barrier(len(acts)), []

    def run(act: object) -> None:
        barrier.wait()
        try:
            assert callable(act)
            act()
        except BaseException as fault:
            faults.append(fault)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


def test_the_same_message_handed_in_twice_is_kept_and_read_once(mailroom: Mailroom) -> None:
    mailroom.home()
    with mailroom.sessions.begin() as session:
        number = keep(session, incoming("Is practice on?"), NOW)
        assert keep(session, incoming("Is practice on?"), NOW) is None
    assert number is not None
    for _ in range(3):
        read(mailroom.sessions, number, mailroom.providers, NOW)

    assert len(mailroom.rows(select(Contact))) == 1
    assert mailroom.inbound(number).reads == 1


def test_the_same_message_twice_at_the_same_moment_is_kept_once(mailroom: Mailroom) -> None:
    mailroom.home()
    kept: list[int | None] = []

    def take() -> None:
        with mailroom.sessions.begin() as session:
            kept.append(keep(session, incoming("Is practice on?"), NOW))

    at_once(*[take] * 4)

    assert sum(number is not None for number in kept) == 1
    assert len(mailroom.rows(select(InboundMessage))) == 1


def test_one_message_read_by_several_at_once_is_one_contact(mailroom: Mailroom) -> None:
    mailroom.home()
    number = mailroom.keep("stop texting me. Who do I call about the bus?")
    at_once(*[lambda: read(mailroom.sessions, number, mailroom.providers, NOW)] * 4)

    assert len(mailroom.rows(select(Contact))) == 1
    assert len(mailroom.replies()) == 1


def test_two_messages_of_one_family_at_once_join_one_question(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.sent(home)
    numbers = [mailroom.keep(words) for words in ("Is practice on?", "And what about Friday?", "At 5 or at 6?")]
    at_once(*[lambda one=one: read(mailroom.sessions, one, mailroom.providers, NOW) for one in numbers])
    later(mailroom)

    kinds = mailroom.rows(select(RequestEvent.kind).order_by(RequestEvent.id))
    assert len(mailroom.rows(select(Request))) == 1
    assert kinds == [RequestEventKind.OPENED, RequestEventKind.JOINED, RequestEventKind.JOINED]
    assert len(mailroom.rows(select(Contact).where(Contact.message_id.is_(None)))) == 3


def later(mailroom: Mailroom) -> int:
    """The worker comes by a minute later."""
    return read_waiting(mailroom.sessions, lambda: NOW + timedelta(minutes=1), mailroom.providers)


@pytest.fixture
def nobody_watches() -> Iterator[None]:
    yield
    watch(None)


class Killed(BaseException):
    """What SIGKILL leaves: nothing of ours runs any more."""


@pytest.mark.usefixtures("nobody_watches")
def test_killed_between_keeping_and_reading_the_worker_reads_it(mailroom: Mailroom) -> None:
    mailroom.home()
    number = mailroom.keep("Is practice on?")

    def kill(step: Step, side: Side) -> None:
        if (step, side) == (Step.INBOUND_READ, Side.BEFORE):
            raise Killed

    watch(kill)
    with pytest.raises(Killed):
        read(mailroom.sessions, number, mailroom.providers, NOW)
    watch(None)
    assert mailroom.inbound(number).read_at is None
    assert not mailroom.rows(select(Contact))

    assert later(mailroom) == 1
    assert mailroom.inbound(number).read_as is InboundReading.QUESTION
    assert len(mailroom.rows(select(Request))) == 1
    assert later(mailroom) == 0


def test_what_was_just_kept_is_left_to_the_webhook_that_kept_it(mailroom: Mailroom) -> None:
    mailroom.home()
    mailroom.keep("Is practice on?")

    assert read_waiting(mailroom.sessions, lambda: NOW + timedelta(seconds=1), mailroom.providers) == 0


def _same(moment: datetime) -> datetime:
    return moment


def breaks(mailroom: Mailroom) -> None:
    """A table that is gone breaks every reading."""
    with mailroom.sessions.begin() as session:
        session.execute(text("ALTER TABLE contact RENAME TO contact_away"))


def mends(mailroom: Mailroom) -> None:
    with mailroom.sessions.begin() as session:
        session.execute(text("ALTER TABLE contact_away RENAME TO contact"))


def test_a_reading_that_fails_is_tried_again_later_each_time_and_then_a_person_reads_it(mailroom: Mailroom) -> None:
    mailroom.home()
    number = mailroom.keep("Is practice on?")
    breaks(mailroom)
    now = NOW
    for tried in range(MOST_READS):
        now += WAITS[tried] - timedelta(seconds=1)
        assert read_waiting(mailroom.sessions, partial(_same, now), mailroom.providers) == 0
        now += timedelta(seconds=1)
        assert read_waiting(mailroom.sessions, partial(_same, now), mailroom.providers) == 1
    mends(mailroom)

    came = mailroom.inbound(number)
    assert (came.reads, came.state, came.waits_because) == (MOST_READS, InboundState.NEW, InboundWait.UNREADABLE)
    assert came.body == "Is practice on?"
    assert read_waiting(mailroom.sessions, lambda: now + timedelta(days=1), mailroom.providers) == 0


def test_a_reading_that_works_the_second_time_has_lost_nothing(mailroom: Mailroom) -> None:
    mailroom.home()
    number = mailroom.keep("Is practice on?")
    breaks(mailroom)
    read(mailroom.sessions, number, mailroom.providers, NOW)
    mends(mailroom)
    assert later(mailroom) == 1

    assert mailroom.inbound(number).reads == 2
    assert len(mailroom.rows(select(Request))) == 1


def test_words_of_danger_are_told_even_where_reading_fails(mailroom: Mailroom) -> None:
    home = mailroom.home()
    number = mailroom.keep("she wants to die")
    breaks(mailroom)
    read(mailroom.sessions, number, mailroom.providers, NOW)
    mends(mailroom)

    assert [(alert.inbound_id, alert.school_id) for alert in mailroom.rows(select(SafetyAlert))] == [
        (number, home.school.id)
    ]


@pytest.mark.parametrize("words", ["dice que se quiere morir", "he says he wants to kill himself"])
def test_words_of_danger_at_night_alert_and_get_the_one_reply(mailroom: Mailroom, words: str) -> None:
    home = mailroom.home()
    came = mailroom.arrives(words, at=NIGHT)
    mailroom.arrives("hello?", at=NIGHT + timedelta(minutes=5))

    (alert,) = mailroom.rows(select(SafetyAlert))
    assert (alert.inbound_id, alert.contact_id, alert.family_id) == (came.id, came.contact_id, home.family.id)
    assert [reply.kind for reply in mailroom.replies()] == [MessageKind.SAFETY]


def test_a_stranger_s_words_of_danger_are_every_school_s(mailroom: Mailroom) -> None:
    mailroom.home()
    mailroom.build(lambda world: world.school().id)
    mailroom.arrives("quiero morir", sender="+13125550177", at=NIGHT)

    assert mailroom.rows(select(SafetyAlert.school_id)) == [None], "of two schools it is not known which"
    (reply,) = mailroom.replies()
    assert (reply.kind, reply.language, reply.family_id) == (MessageKind.SAFETY, "es", None)


def test_stop_with_words_of_danger_ends_texts_alerts_and_is_answered_with_where_help_is(mailroom: Mailroom) -> None:
    mailroom.home()
    mailroom.arrives("leave me alone, I want to die", at=NIGHT)

    assert len(mailroom.rows(select(SafetyAlert))) == 1
    assert mailroom.rows(select(func.count()).select_from(Request)) == [1]
    assert {one.state for one in mailroom.ledger()} == {"out"}
    assert [reply.kind for reply in mailroom.replies()] == [MessageKind.SAFETY]


def test_nothing_that_anybody_sends_breaks_keeping_or_reading(mailroom: Mailroom) -> None:
    mailroom.home()
    for number, body in enumerate(["", "\x00\ud83d nul", "🙂" * 5000, "a" * 100_000, "\n\n\n", "> ", "STOP\x00"]):
        came = mailroom.arrives(body, at=NOW + timedelta(minutes=number))
        assert came.read_at is not None
        assert came.waits_because is not InboundWait.UNREADABLE


def test_a_reply_that_cannot_be_worded_does_not_keep_stop_from_working(mailroom: Mailroom) -> None:
    home = mailroom.home()
    with mailroom.sessions.begin() as session:
        session.execute(delete(District))
    mailroom.arrives("STOP")

    assert {one.state for one in mailroom.ledger()} == {"out"}
    assert not mailroom.replies()
    assert home.phone.id in {one.address_id for one in mailroom.ledger()}

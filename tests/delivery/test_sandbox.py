"""The sandbox behaves like the real ones: every row of the README's table, and what becomes of it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import (
    AccountRole,
    AddressKind,
    Channel,
    DeliveryEvent,
    InboundMessage,
    Message,
    MessageState,
    SandboxMessage,
)
from outreach.access import NotAllowed, Viewer, viewer_of
from outreach.delivery import DeliveryRefused, Providers, deliver_due, sandbox
from outreach.delivery.inbound.keep import handed_in
from outreach.delivery.poll import poll
from outreach.delivery.providers.base import CanLookUp
from outreach.delivery.providers.sandbox import COURSES, MAGIC_DOMAIN, MAGIC_MAILBOXES, MAGIC_NUMBERS, Behavior
from outreach.delivery.reconcile import reconcile
from outreach.errors import NotFound
from tests.conftest import REPOSITORY
from tests.delivery.letters import household, text
from tests.world import NOW, World

S = MessageState
PROVED = timedelta(minutes=11)


def put(sessions: sessionmaker[Session], address: str, key: str = "one") -> int:
    """A message to a family with this address, due now."""
    with sessions.begin() as session:
        world = World(session)
        if "@" not in address:
            return text(session, household(world, address), key, body="Maya did well.\nMs. Hale").id
        home = household(world)
        made = world.email(home.guardian, address)
        return text(
            session, home, key, channel=Channel.EMAIL, to_kind=AddressKind.EMAIL, to_value=made.value,
            address_id=made.id, title="About Algebra", body="Maya did well.\nMs. Hale",
        ).id  # fmt: skip


def deliver(sessions: sessionmaker[Session], providers: Providers, now: datetime = NOW) -> None:
    deliver_due(sessions, providers, lambda: now, "worker")


def passes(sessions: sessionmaker[Session], until: datetime) -> int:
    return sandbox.advance(sessions, until)


def state(sessions: sessionmaker[Session], message_id: int) -> MessageState:
    with sessions() as session:
        return session.get_one(Message, message_id).state


def row_of(behavior: Behavior) -> str:
    numbers = [f"`{number}`" for number, one in MAGIC_NUMBERS.items() if one is behavior]
    mailboxes = [f"`{mailbox}@`" for mailbox, one in MAGIC_MAILBOXES.items() if one is behavior]
    if behavior is Behavior.DELIVERED:
        mailboxes = ["any other"]
    cells = (" ".join(numbers), " ".join(mailboxes), COURSES[behavior].words)
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


def test_the_readme_tells_what_it_does_row_by_row() -> None:
    section = (REPOSITORY / "README.md").read_text("utf-8").split("## The sandbox")[1].split("\n## ")[0]
    told = [line for line in section.splitlines() if re.match(r"\| (`| \|)?", line)][1:]
    assert sorted(told) == sorted(row_of(behavior) for behavior in Behavior)


def test_every_behavior_has_an_address_and_every_number_is_one_for_tests() -> None:
    assert set(COURSES) == set(Behavior)
    assert {*MAGIC_NUMBERS.values(), *MAGIC_MAILBOXES.values()} == set(Behavior)
    assert all(re.fullmatch(r"\+1500555\d{4}", number) for number in MAGIC_NUMBERS)


ENDS: dict[str, tuple[MessageState, MessageState]] = {
    "+15005550001": (S.FAILED, S.FAILED), "+15005550002": (S.FAILED, S.FAILED), "+15005550003": (S.FAILED, S.FAILED),
    "+15005550004": (S.ACCEPTED, S.FAILED), "+15005550005": (S.ACCEPTED, S.ACCEPTED),
    "+15005550006": (S.ACCEPTED, S.DELIVERED), "+15005550007": (S.SCHEDULED, S.SCHEDULED),
    "+15005550008": (S.UNKNOWN, S.DELIVERED), "+15005550009": (S.UNKNOWN, S.UNKNOWN),
    "+15005550010": (S.SCHEDULED, S.SCHEDULED), "+15005550011": (S.ACCEPTED, S.ACCEPTED),
    "+15005550012": (S.ACCEPTED, S.FAILED), "+15005550013": (S.ACCEPTED, S.FAILED),
    "+15005550014": (S.ACCEPTED, S.FAILED), "+15005550015": (S.ACCEPTED, S.FAILED),
    "+15005550016": (S.ACCEPTED, S.FAILED), "+15005550017": (S.SCHEDULED, S.SCHEDULED),
    "+15005550018": (S.UNKNOWN, S.UNKNOWN), "+15005550019": (S.UNKNOWN, S.UNKNOWN),
    "+15005550020": (S.UNKNOWN, S.UNKNOWN), "+15005550021": (S.ACCEPTED, S.DELIVERED),
    **{f"+150055500{number}": (S.ACCEPTED, S.DELIVERED) for number in range(22, 31)},
    "bad-address": (S.FAILED, S.FAILED), "bounced": (S.ACCEPTED, S.FAILED), "silent": (S.ACCEPTED, S.ACCEPTED),
    "slow-down": (S.SCHEDULED, S.SCHEDULED), "lost-after": (S.UNKNOWN, S.DELIVERED),
    "lost-before": (S.UNKNOWN, S.UNKNOWN), "wrong-credentials": (S.SCHEDULED, S.SCHEDULED),
    "late": (S.ACCEPTED, S.ACCEPTED), "fault-taken": (S.UNKNOWN, S.UNKNOWN), "fault": (S.UNKNOWN, S.UNKNOWN),
    "hangs": (S.UNKNOWN, S.UNKNOWN), "disorder": (S.ACCEPTED, S.DELIVERED), "writes-stop": (S.ACCEPTED, S.DELIVERED),
    "writes-no-mas": (S.ACCEPTED, S.DELIVERED), "writes-question": (S.ACCEPTED, S.DELIVERED),
    "writes-thanks": (S.ACCEPTED, S.DELIVERED), "out-of-office": (S.ACCEPTED, S.DELIVERED),
    "writes-danger": (S.ACCEPTED, S.DELIVERED), "writes-peligro": (S.ACCEPTED, S.DELIVERED),
}  # fmt: skip
"""Where a message stands right after the call, and half a minute later."""


def test_each_address_of_the_table_is_tried() -> None:
    assert set(ENDS) == {*MAGIC_NUMBERS, *MAGIC_MAILBOXES}


@pytest.mark.parametrize("address", ENDS)
def test_a_message_stands_where_its_row_says(
    sessions: sessionmaker[Session], providers: Providers, address: str
) -> None:
    message_id = put(sessions, address if address.startswith("+") else f"{address}@{MAGIC_DOMAIN}")
    deliver(sessions, providers)
    at_once = state(sessions, message_id)
    passes(sessions, NOW + timedelta(seconds=30))
    assert (at_once, state(sessions, message_id)) == ENDS[address]


def test_a_late_one_arrives_after_an_hour(sessions: sessionmaker[Session], providers: Providers) -> None:
    message_id = put(sessions, "+15005550011")
    deliver(sessions, providers)
    passes(sessions, NOW + timedelta(minutes=59))
    assert state(sessions, message_id) is S.ACCEPTED
    passes(sessions, NOW + timedelta(minutes=60))
    assert state(sessions, message_id) is S.DELIVERED


@pytest.mark.parametrize(
    ("number", "end", "there"),
    [("+15005550018", S.ACCEPTED, 1), ("+15005550019", S.SCHEDULED, 0), ("+15005550020", S.ACCEPTED, 1)],
    ids=["taken", "not taken", "hangs"],
)
def test_a_text_of_which_nothing_is_heard_is_looked_up(
    sessions: sessionmaker[Session], providers: Providers, number: str, end: MessageState, there: int
) -> None:
    message_id = put(sessions, number)
    deliver(sessions, providers)
    reconcile(sessions, providers, lambda: NOW + PROVED)
    assert state(sessions, message_id) is end
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(SandboxMessage)) == there
    passes(sessions, NOW + PROVED)
    if there:
        poll(sessions, providers, lambda: NOW + 2 * PROVED)
        assert state(sessions, message_id) is S.DELIVERED


def test_an_email_cannot_be_looked_up_as_at_sendgrid(sessions: sessionmaker[Session], providers: Providers) -> None:
    message_id = put(sessions, f"fault-taken@{MAGIC_DOMAIN}")
    deliver(sessions, providers)
    reconcile(sessions, providers, lambda: NOW + PROVED)
    assert state(sessions, message_id) is S.UNKNOWN
    passes(sessions, NOW + PROVED)
    assert state(sessions, message_id) is S.DELIVERED, "its event told that it had left"


def test_receipts_in_disorder_are_each_kept_once(sessions: sessionmaker[Session], providers: Providers) -> None:
    put(sessions, "+15005550021")
    deliver(sessions, providers)
    assert passes(sessions, NOW + timedelta(seconds=30)) == 4
    with sessions() as session:
        assert sorted(session.scalars(select(DeliveryEvent.event))) == ["delivered", "sent"]


def test_what_it_says_when_asked_is_the_receipt_it_gave(sessions: sessionmaker[Session], providers: Providers) -> None:
    put(sessions, "+15005550012")
    deliver(sessions, providers)
    passes(sessions, NOW + timedelta(seconds=30))
    line = providers.of(Channel.SMS)
    assert isinstance(line, CanLookUp)
    with sessions() as session:
        sid = session.scalars(select(SandboxMessage.provider_id)).one()
        given = session.scalars(select(DeliveryEvent).where(DeliveryEvent.event == "failed")).one()
    found = line.status_of(sid)
    assert found is not None
    told = line.receipt_of(found, None)
    assert told is not None
    assert (told.key, told.error_code, told.occurred_at) == (given.event_key, "30003", given.occurred_at)
    assert line.status_of("SBnone") is None


def came(sessions: sessionmaker[Session]) -> list[InboundMessage]:
    with sessions() as session:
        return list(session.scalars(select(InboundMessage).order_by(InboundMessage.id)))


WRITERS = [behavior for behavior in Behavior if COURSES[behavior].reply]


@pytest.mark.parametrize("number", [number for number, behavior in MAGIC_NUMBERS.items() if behavior in WRITERS])
def test_a_family_writes_its_words_back_after_ten_seconds(
    sessions: sessionmaker[Session], providers: Providers, number: str
) -> None:
    put(sessions, number)
    deliver(sessions, providers)
    passes(sessions, NOW + timedelta(seconds=9))
    assert came(sessions) == []
    for _ in range(2):
        passes(sessions, NOW + timedelta(seconds=10))
    (inbound,) = came(sessions)
    assert (inbound.body, inbound.from_value) == (COURSES[MAGIC_NUMBERS[number]].reply, number)
    assert (inbound.channel, inbound.received_at) == (Channel.SMS, NOW + timedelta(seconds=10))


def test_an_answer_by_email_quotes_ours_and_says_which_it_answers(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    message_id = put(sessions, f"writes-question@{MAGIC_DOMAIN}")
    deliver(sessions, providers)
    passes(sessions, NOW + timedelta(seconds=10))
    (inbound,) = came(sessions)
    assert inbound.title == "Re: About Algebra"
    assert "> Maya did well.\n> Ms. Hale" in inbound.body
    with sessions() as session:
        assert handed_in(inbound).answers_attempt == session.get_one(Message, message_id).attempt_id
    assert not handed_in(inbound).automatic


def test_an_out_of_office_says_that_no_person_wrote_it(sessions: sessionmaker[Session], providers: Providers) -> None:
    put(sessions, f"out-of-office@{MAGIC_DOMAIN}")
    deliver(sessions, providers)
    passes(sessions, NOW + timedelta(seconds=10))
    assert handed_in(came(sessions)[0]).automatic


def test_it_writes_once_a_day_so_that_two_machines_do_not_write_for_ever(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        home = household(World(session), "+15005550024")
        for key in ("one", "two"):
            text(session, home, key)
    deliver(sessions, providers)
    passes(sessions, NOW + timedelta(minutes=1))
    assert len(came(sessions)) == 1


def only_row(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.scalars(select(SandboxMessage.id)).one()


def test_an_administrator_writes_back_as_any_family_once_a_form(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    put(sessions, "+13125550142")
    deliver(sessions, providers)
    with sessions.begin() as session:
        account = World(session).account(None, AccountRole.DISTRICT_ADMINISTRATOR)
        district = viewer_of(session, account, NOW)
    kept = []
    for _ in range(2):
        with sessions.begin() as session:
            kept.append(sandbox.write_back(session, district, only_row(sessions), " ¿Qué tal? ", "form-1", NOW))
    assert kept[0] is not None
    assert kept[1] is None
    (inbound,) = came(sessions)
    assert (inbound.body, inbound.from_value, inbound.to_value) == ("¿Qué tal?", "+13125550142", "+15005550006")


@pytest.mark.parametrize(
    ("role", "words", "row", "refused"),
    [
        (AccountRole.TEACHER, "hello", 1, NotAllowed),
        (AccountRole.ADMINISTRATOR, "hello", 1, NotFound),
        (AccountRole.DISTRICT_ADMINISTRATOR, "hello", 99, NotFound),
        (AccountRole.DISTRICT_ADMINISTRATOR, "  ", 1, DeliveryRefused),
        (AccountRole.DISTRICT_ADMINISTRATOR, "x" * 1601, 1, DeliveryRefused),
    ],
)
def test_nobody_else_and_nothing_empty_comes_in(
    sessions: sessionmaker[Session], providers: Providers, role: AccountRole, words: str, row: int,
    refused: type[Exception],
) -> None:  # fmt: skip
    put(sessions, "+13125550142")
    deliver(sessions, providers)
    viewer = Viewer(0, None, frozenset({role}), frozenset({4711}), NOW.date())
    with sessions.begin() as session, pytest.raises(refused):
        sandbox.write_back(session, viewer, row, words, "form-1", NOW)
    assert came(sessions) == []

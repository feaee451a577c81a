"""A sender's pace over all workers: slots, given out ahead; nobody waits for them in these tests."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from math import ceil

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import AddressKind, Audience, Channel, Message, MessageKind, MessageState, SenderPace
from outreach.delivery import Intent, Outgoing, Providers, enqueue
from outreach.delivery.claim import claim_due
from outreach.delivery.claimed import Claimed
from outreach.delivery.pace import AHEAD, gap_of, slots, slots_left
from outreach.delivery.providers.base import Accepted
from outreach.delivery.terms import terms_at
from tests.delivery.letters import household, text
from tests.delivery.test_gate import RULES
from tests.world import NOW, World

SECOND = timedelta(seconds=1)
GAP = SECOND / 10


class Line:
    """A live provider that takes everything."""

    name, sender, confirms_opt_out = "line", "+13125550100", False

    def send(self, outgoing: Outgoing) -> Accepted:
        return Accepted(f"id-{outgoing.attempt_id}")


LIVE = Providers({Channel.SMS: Line()}, frozenset({Channel.SMS}))


def most_in_a_second(slots: Sequence[datetime]) -> int:
    ordered = sorted(slots)
    return max(sum(start <= one < start + SECOND for one in ordered) for start in ordered)


def put_texts(sessions: sessionmaker[Session], count: int) -> None:
    with sessions.begin() as session:
        world = World(session)
        for number in range(count):
            text(session, household(world), f"{number}")


def claim(sessions: sessionmaker[Session], worker: str, now: datetime = NOW, limit: int = 20) -> list[Claimed]:
    with sessions.begin() as session:
        return claim_due(session, LIVE, worker, now, terms_at(session, now).rules, limit)


def test_three_workers_over_one_sender_never_exceed_its_pace(sessions: sessionmaker[Session]) -> None:
    put_texts(sessions, 60)
    with ThreadPoolExecutor(3) as pool:
        batches = list(pool.map(lambda worker: claim(sessions, f"worker-{worker}"), range(3)))
    taken = [one.slot for batch in batches for one in batch if one.slot is not None]
    assert len(taken) == 50  # ten a second, five seconds ahead
    assert most_in_a_second(taken) == 10
    assert min(taken) == NOW
    assert max(taken) < NOW + AHEAD


def test_the_same_message_is_never_given_two_slots(sessions: sessionmaker[Session]) -> None:
    put_texts(sessions, 20)
    with ThreadPoolExecutor(3) as pool:
        batches = list(pool.map(lambda worker: claim(sessions, f"worker-{worker}"), range(3)))
    ids = [one.id for batch in batches for one in batch]
    assert len(ids) == len(set(ids)) == 20


def test_a_sender_that_is_busy_for_seconds_is_left_until_it_has_room(sessions: sessionmaker[Session]) -> None:
    put_texts(sessions, 80)
    assert [len(claim(sessions, "w", limit=50)), len(claim(sessions, "w", limit=50))] == [50, 0]
    with sessions() as session:
        unclaimed = session.scalar(select(func.count()).where(Message.claimed_by.is_(None)))
    assert unclaimed == 30
    later = claim(sessions, "w", NOW + 2 * SECOND, limit=50)
    assert [one.slot for one in later] == [NOW + AHEAD + number * GAP for number in range(20)]


def test_alerts_and_replies_that_go_at_once_wait_for_no_slot(sessions: sessionmaker[Session]) -> None:
    put_texts(sessions, 60)
    assert len(claim(sessions, "w", limit=50)) == 50
    with sessions.begin() as session:
        enqueue(
            session,
            Intent(
                key="alert", audience=Audience.STAFF, kind=MessageKind.SAFETY, channel=Channel.SMS,
                to_kind=AddressKind.PHONE, to_value="+13125550199", body="An alert waits for you.", due_at=NOW,
            ),
            NOW,
        )  # fmt: skip
    (alert,) = claim(sessions, "w")
    assert alert.slot is None
    with sessions() as session:
        free_at = session.scalars(select(SenderPace.free_at)).one()
    assert free_at == NOW + AHEAD + GAP  # it takes its place in the pace all the same


def test_the_sandbox_knows_no_pace(sessions: sessionmaker[Session], providers: Providers) -> None:
    put_texts(sessions, 60)
    with sessions.begin() as session:
        claimed = claim_due(session, providers, "w", NOW, terms_at(session, NOW).rules, 60)
        assert [one.slot for one in claimed] == [None] * 60
        assert session.scalar(select(func.count()).select_from(SenderPace)) == 0


def test_what_is_claimed_stays_due_and_unsent(sessions: sessionmaker[Session]) -> None:
    put_texts(sessions, 3)
    claim(sessions, "w")
    with sessions() as session:
        assert set(session.scalars(select(Message.state))) == {MessageState.SCHEDULED}


@given(
    rate=st.floats(0.5, 50),
    wants=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4000)), min_size=1, max_size=12),
)
def test_whoever_asks_when_no_second_holds_more_than_the_pace(rate: float, wants: list[tuple[int, int]]) -> None:
    gap = gap_of(Channel.SMS, RULES.model_copy(update={"texts_per_second": rate}))
    free_at, taken = NOW, list[datetime]()
    for count, milliseconds in sorted(wants, key=lambda want: want[1]):
        now = NOW + timedelta(milliseconds=milliseconds)
        given_out = slots(free_at, gap, min(count, slots_left(free_at, gap, now)), now)
        assert all(now <= slot < now + AHEAD for slot in given_out)
        taken += given_out
        free_at = given_out[-1] + gap if given_out else free_at
    assert not taken or most_in_a_second(taken) <= ceil(rate)

"""Two years of messages through the real gate: never at night, never on a day without school, never too many.

The messages of two families that share one phone come due in any order; each is asked about when it is due, and again
at the moment the gate names, as the outbox does. What left is then judged by plain counting.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from models import MessageKind
from outreach.delivery import Never, NotBefore, SendNow, decide
from outreach.delivery.gate import AT_ONCE
from outreach.schooltime import Interval, OpenHours
from tests.delivery.test_gate import FINE, RULES

ZONES = [ZoneInfo(name) for name in ("America/New_York", "America/Chicago", "America/Los_Angeles", "Pacific/Honolulu")]
FIRST, LAST = datetime(2026, 8, 17, tzinfo=UTC), datetime(2028, 8, 17, tzinfo=UTC)
CHANGES = [date(2026, 11, 1), date(2027, 3, 14), date(2027, 11, 7), date(2028, 3, 12)]
"""Both changes of clocks in both years, where there are any."""
WEEK = timedelta(days=7)
CLOSED = {date(2026, 11, 26): (), date(2026, 11, 27): (), date(2027, 3, 15): (), date(2027, 12, 24): ()}
HOURS = OpenHours(
    zone=ZONES[1], first_day=date(2026, 8, 17), last_day=date(2028, 12, 31),
    weekly=(*((Interval(time(8), time(16)),),) * 5, (), ()), exceptions=CLOSED,
)  # fmt: skip
ORDINARY = [MessageKind.TEACHER, MessageKind.VERDICT, MessageKind.SURVEY, MessageKind.NOTICE]


@dataclass(frozen=True)
class Wish:
    """One message that wants to leave."""

    due: datetime
    family: int
    kind: MessageKind
    automated: bool = False
    urgent: bool = False
    answers: bool = False
    """A person's answer to what the family wrote a few days before."""
    inbound: int | None = None
    """Which of the family's messages a reply that goes at once replies to."""
    keeps: timedelta = timedelta(days=30)


@dataclass
class Town:
    """Everybody reads by the clocks ``zones``; what left, with the moment."""

    zones: list[ZoneInfo]
    left: list[tuple[datetime, Wish]] = field(default_factory=list)

    def send(self, wishes: list[Wish]) -> None:
        waiting = [(wish.due, number, wish) for number, wish in enumerate(wishes)]
        heapq.heapify(waiting)
        while waiting:
            now, number, wish = heapq.heappop(waiting)
            match self.ask(wish, now, waiting):
                case SendNow():
                    self.left.append((now, wish))
                case NotBefore(at, because):
                    assert at > now
                    assert because
                    heapq.heappush(waiting, (at, number, wish))
                case Never(because):
                    assert because

    def ask(self, wish: Wish, now: datetime, waiting: list[tuple[datetime, int, Wish]]) -> SendNow | NotBefore | Never:
        lately = [(at, one) for at, one in self.left if at > now - WEEK]
        counted = [(at, one) for at, one in lately if one.kind not in AT_ONCE and not one.answers]
        kinds = list(MessageKind)
        better = [kind for kind in kinds[: kinds.index(wish.kind)] if kind not in AT_ONCE]
        facts = replace(
            FINE, kind=wish.kind, automated=wish.automated, urgent=wish.urgent, answers_recent=wish.answers,
            expires_at=wish.due + wish.keeps, zones=self.zones, hours=HOURS,
            family_sent=[at for at, one in counted if one.family == wish.family],
            family_automated=[at for at, one in counted if one.family == wish.family and one.automated],
            address_sent=[at for at, _ in counted], address_automated=[at for at, one in counted if one.automated],
            ahead=sum(due <= now and one.kind in better for due, _, one in waiting),
            replied_already=any((one.kind, one.inbound) == (wish.kind, wish.inbound) for _, one in self.left),
        )  # fmt: skip
        return decide(facts, now, RULES)


def moments() -> st.SearchStrategy[datetime]:
    """Anywhere in two years; every other time around a change of clocks."""
    anywhere = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC))
    near = st.builds(
        lambda day, hours: datetime.combine(day, time(12), tzinfo=UTC) + timedelta(hours=hours),
        st.sampled_from(CHANGES), st.floats(-60, 60),
    )  # fmt: skip
    return anywhere | near


@st.composite
def wishes(draw: st.DrawFn) -> list[Wish]:
    """Crowded into a few weeks, so that the caps are felt."""
    start = draw(moments())
    ordinary = st.builds(
        Wish, due=st.just(start), family=st.integers(0, 1), kind=st.sampled_from(ORDINARY), automated=st.booleans(),
        urgent=st.booleans(), keeps=st.sampled_from([timedelta(days=3), timedelta(days=30), timedelta(days=200)]),
    )  # fmt: skip
    answer = st.builds(
        Wish, due=st.just(start), family=st.integers(0, 1), kind=st.just(MessageKind.ANSWER), answers=st.just(True)
    )
    reply = st.builds(
        Wish, due=st.just(start), family=st.integers(0, 1), kind=st.sampled_from(sorted(AT_ONCE)),
        inbound=st.integers(0, 3),
    )  # fmt: skip
    drawn = draw(st.lists(st.tuples(ordinary | ordinary | answer | reply, st.floats(0, 20)), min_size=1, max_size=30))
    return [replace(wish, due=start + timedelta(days=days)) for wish, days in drawn]


zones_read_by = st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True)


@settings(max_examples=150, deadline=None)
@given(wishes=wishes(), zones=zones_read_by)
def test_nothing_leaves_before_eight_or_after_twenty_by_any_clock_or_on_a_day_without_school(
    wishes: list[Wish], zones: list[ZoneInfo]
) -> None:
    town = Town(zones)
    town.send(wishes)
    for at, wish in town.left:
        if wish.kind in AT_ONCE:
            continue
        ends = at + timedelta(seconds=RULES.attempt_deadline_seconds)  # the call may take so long
        for zone in zones:
            assert time(8) <= at.astimezone(zone).time()
            assert ends.astimezone(zone).time() <= time(20)
        local = at.astimezone(zones[0]).date()
        if not (wish.urgent or wish.answers):
            assert local.weekday() < 5
            assert local not in CLOSED


@settings(max_examples=150, deadline=None)
@given(wishes=wishes(), zones=zones_read_by)
def test_in_no_seven_days_do_a_family_or_a_phone_get_more_than_their_caps(
    wishes: list[Wish], zones: list[ZoneInfo]
) -> None:
    town = Town(zones)
    town.send(wishes)
    counted = [(at, one) for at, one in town.left if one.kind not in AT_ONCE and not one.answers]
    for ends, _ in counted:
        in_the_week = [one for at, one in counted if ends - WEEK < at <= ends]
        assert len(in_the_week) <= RULES.messages_per_address_a_week
        assert sum(one.automated for one in in_the_week) <= RULES.automated_per_family_a_week
        for family in (0, 1):
            assert sum(one.family == family for one in in_the_week) <= RULES.messages_per_family_a_week


@settings(max_examples=100, deadline=None)
@given(wishes=wishes(), zones=zones_read_by)
def test_the_replies_that_go_at_once_go_at_once_and_one_each(wishes: list[Wish], zones: list[ZoneInfo]) -> None:
    town = Town(zones)
    town.send(wishes)
    replies = [(at, one) for at, one in town.left if one.kind in AT_ONCE]
    assert all(at == one.due for at, one in replies)
    sent = [(one.kind, one.inbound) for _, one in replies]
    asked = {(one.kind, one.inbound) for one in wishes if one.kind in AT_ONCE}
    assert len(sent) == len(set(sent))
    assert set(sent) == asked


@settings(max_examples=100, deadline=None)
@given(now=moments(), zones=zones_read_by)
def test_a_person_s_answer_leaves_within_a_day_whatever_went_before(now: datetime, zones: list[ZoneInfo]) -> None:
    town = Town(zones)
    town.send([Wish(now, 0, MessageKind.TEACHER) for _ in range(5)] + [Wish(now, 0, MessageKind.ANSWER, answers=True)])
    answered = [at for at, one in town.left if one.answers]
    assert len(answered) == 1
    assert answered[0] - now < timedelta(days=1, hours=1)

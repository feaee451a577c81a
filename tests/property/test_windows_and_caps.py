"""Two years of messages through the real gate: never at night, never on a day without school, never too many.

The messages of two families, who share a phone and each have a phone and a mailbox of their own, come due in any order;
each is asked about when it is due, and again at the moment the gate names, as the outbox does. What left is then judged
by plain counting.
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
SUMMER = [date(2027, 6, 12) + timedelta(days=day) for day in range(66)]
"""Until 16 August, when school begins again."""
HOLIDAYS = [date(2026, 11, 26), date(2026, 11, 27), date(2027, 3, 15), date(2027, 12, 24)]
CLOSED: dict[date, tuple[Interval, ...]] = dict.fromkeys((*HOLIDAYS, *SUMMER), ())
HOURS = OpenHours(
    zone=ZONES[1], first_day=date(2026, 8, 17), last_day=date(2028, 12, 31),
    weekly=(*((Interval(time(8), time(16)),),) * 5, (), ()), exceptions=CLOSED,
)  # fmt: skip
ORDINARY = [MessageKind.TEACHER, MessageKind.VERDICT, MessageKind.SURVEY, MessageKind.NOTICE]
EXEMPT = [MessageKind.SAFETY, MessageKind.OPT_OUT_CONFIRMATION, MessageKind.HELP]
"""The three replies that DESIGN §7.6 lets go at any hour, written out: not what the gate takes for them."""
SHARED, PHONE, MAILBOX = "the phone that both share", "a phone of its own", "a mailbox of its own"


@dataclass(frozen=True)
class Wish:
    """One message that wants to leave."""

    due: datetime
    family: int
    kind: MessageKind
    place: str = SHARED
    automated: bool = False
    urgent: bool = False
    answers: bool = False
    """A person's answer to what the family wrote a few days before."""
    inbound: int | None = None
    """Which of the family's messages a reply that goes at once replies to."""
    keeps: timedelta = timedelta(days=30)

    @property
    def address(self) -> str:
        return self.place if self.place == SHARED else f"{self.place}, family {self.family}"

    @property
    def counts(self) -> bool:
        """It takes a place under the caps."""
        return self.kind not in EXEMPT and not self.answers


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
        counted = [(at, one) for at, one in lately if one.counts]
        kinds = list(MessageKind)
        better = [kind for kind in kinds[: kinds.index(wish.kind)] if kind not in EXEMPT]
        facts = replace(
            FINE, kind=wish.kind, automated=wish.automated, urgent=wish.urgent, answers_recent=wish.answers,
            expires_at=wish.due + wish.keeps, zones=self.zones, hours=HOURS,
            family_sent=[at for at, one in counted if one.family == wish.family],
            family_automated=[at for at, one in counted if one.family == wish.family and one.automated],
            address_sent=[at for at, one in counted if one.address == wish.address],
            address_automated=[at for at, one in counted if one.address == wish.address and one.automated],
            ahead=sum(
                due <= now and one.kind in better and (one.family == wish.family or one.address == wish.address)
                for due, _, one in waiting
            ),
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
    start, family = draw(moments()), st.integers(0, 1)
    place = st.sampled_from([SHARED, PHONE, MAILBOX])
    ordinary = st.builds(
        Wish, due=st.just(start), family=family, kind=st.sampled_from(ORDINARY), place=place, automated=st.booleans(),
        urgent=st.booleans(), keeps=st.sampled_from([timedelta(days=3), timedelta(days=30), timedelta(days=200)]),
    )  # fmt: skip
    answer = st.builds(
        Wish, due=st.just(start), family=family, kind=st.just(MessageKind.ANSWER), place=place, answers=st.just(True)
    )
    reply = st.builds(
        Wish, due=st.just(start), family=family, kind=st.sampled_from(EXEMPT), place=place, inbound=st.integers(0, 3)
    )
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
        if wish.kind in EXEMPT:
            continue
        ends = at + timedelta(seconds=RULES.attempt_deadline_seconds)  # the call may take so long
        for zone in zones:
            assert time(8) <= at.astimezone(zone).time()
            assert ends.astimezone(zone).time() <= time(20)
        local = at.astimezone(zones[0]).date()
        if not (wish.urgent or wish.answers):
            assert local.weekday() < 5
            assert local not in CLOSED


def test_only_the_three_replies_go_at_any_hour() -> None:
    assert set(EXEMPT) == AT_ONCE


@settings(max_examples=150, deadline=None)
@given(wishes=wishes(), zones=zones_read_by)
def test_in_no_seven_days_do_a_family_or_an_address_get_more_than_their_caps(
    wishes: list[Wish], zones: list[ZoneInfo]
) -> None:
    town = Town(zones)
    town.send(wishes)
    counted = [(at, one) for at, one in town.left if one.counts]
    for ends, last in counted:
        in_the_week = [one for at, one in counted if ends - WEEK < at <= ends]
        same_family = [one for one in in_the_week if one.family == last.family]
        same_address = [one for one in in_the_week if one.address == last.address]
        assert len(same_family) <= RULES.messages_per_family_a_week
        assert len(same_address) <= RULES.messages_per_address_a_week
        for group in (same_family, same_address):
            if last.automated:
                assert sum(one.automated for one in group) <= RULES.automated_per_family_a_week


@settings(max_examples=100, deadline=None)
@given(wishes=wishes(), zones=zones_read_by)
def test_the_replies_that_go_at_once_go_at_once_and_one_each(wishes: list[Wish], zones: list[ZoneInfo]) -> None:
    town = Town(zones)
    town.send(wishes)
    replies = [(at, one) for at, one in town.left if one.kind in EXEMPT]
    assert all(at == one.due for at, one in replies)
    sent = [(one.kind, one.inbound) for _, one in replies]
    asked = {(one.kind, one.inbound) for one in wishes if one.kind in EXEMPT}
    assert len(sent) == len(set(sent))
    assert set(sent) == asked


@settings(max_examples=100, deadline=None)
@given(due=moments(), zones=zones_read_by)
def test_a_teacher_s_message_that_no_cap_holds_back_leaves_in_the_first_window_that_all_share(
    due: datetime, zones: list[ZoneInfo]
) -> None:
    town = Town(zones)
    town.send([Wish(due, 0, MessageKind.TEACHER, keeps=timedelta(days=200))])
    assert [at for at, _ in town.left] == [first_common_window(due, zones)]


def first_common_window(due: datetime, zones: list[ZoneInfo]) -> datetime:
    """Found by trying the quarters of an hour one after the other; the call, and a minute in which the provider may
    keep the message waiting, may last to the end of the window."""
    lasts = timedelta(minutes=1, seconds=RULES.attempt_deadline_seconds)
    at = due
    while not open_to_all(at, at + lasts, zones):
        at = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)
    return at


def open_to_all(at: datetime, ends: datetime, zones: list[ZoneInfo]) -> bool:
    day = at.astimezone(zones[0]).date()
    by_day = day.weekday() < 5 and day not in CLOSED and day <= HOURS.last_day
    return by_day and all(
        time(8) <= at.astimezone(zone).time() and ends.astimezone(zone).time() < time(20) for zone in zones
    )


@settings(max_examples=100, deadline=None)
@given(now=moments(), zones=zones_read_by)
def test_a_person_s_answer_leaves_within_a_day_whatever_went_before(now: datetime, zones: list[ZoneInfo]) -> None:
    town = Town(zones)
    town.send([Wish(now, 0, MessageKind.TEACHER) for _ in range(5)] + [Wish(now, 0, MessageKind.ANSWER, answers=True)])
    answered = [at for at, one in town.left if one.answers]
    assert len(answered) == 1
    assert answered[0] - now < timedelta(days=1, hours=1)

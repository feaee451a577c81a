"""What a message costs, what is left of the month, and where the month is heading: whole millionths, never floats."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from config.tuning import SpendingRules
from models import AccountRole, AddressKind, Audience, Channel, Message, MessageKind, MessageState, School, StaffRole
from outreach.access import NotAllowed, Viewer, viewer_of
from outreach.delivery.spending import cost_of, left_this_month, money, month, next_month
from tests.world import NOW, World

RULES = SpendingRules(currency="USD", monthly_limit=500.0, text_segment_price=0.0118, email_price=0.001)
LIMIT = 500_000_000
DAY = timedelta(days=1)


def left(world: World, at: datetime = NOW, /, **values: object) -> Message:
    """A text that left, of one dollar, through Twilio."""
    return world.add(
        Message(**{
            "intent_key": f"m{world.number()}", "audience": Audience.STAFF, "kind": MessageKind.DIGEST,
            "channel": Channel.SMS, "to_kind": AddressKind.PHONE, "to_value": "+13125550142", "body": "Hello.",
            "created_at": at, "due_at": at, "sent_at": at, "state": MessageState.ACCEPTED, "provider": "twilio",
            "segments": 1, "cost_micros": 1_000_000, **values,
        })
    )  # fmt: skip


def viewer(world: World, role: AccountRole, *schools: School) -> Viewer:
    staff = world.staff(*schools, role=StaffRole.ADMINISTRATOR)
    return viewer_of(world.session, world.account(staff, role), NOW)


@pytest.fixture
def head(world: World) -> Viewer:
    return viewer(world, AccountRole.DISTRICT_ADMINISTRATOR)


def test_a_text_costs_by_the_segment_and_an_e_mail_by_the_piece() -> None:
    assert cost_of(Channel.SMS, 1, RULES) == 11_800
    assert cost_of(Channel.SMS, 3, RULES) == 35_400
    assert cost_of(Channel.EMAIL, None, RULES) == 1_000
    assert cost_of(Channel.EMAIL, 7, RULES) == 1_000
    assert cost_of(Channel.SMS, None, RULES) == 11_800


@pytest.mark.parametrize(("price", "micros"), [(0.0000005, 0), (0.0000015, 2), (0.0000025, 2), (0.1, 100_000)])
def test_half_a_millionth_is_rounded_to_the_even_one(price: float, micros: int) -> None:
    assert cost_of(Channel.EMAIL, None, RULES.model_copy(update={"email_price": price})) == micros


@given(segments=st.integers(0, 10_000), price=st.decimals(0, 100, places=6))
def test_many_segments_cost_as_often_what_one_costs(segments: int, price: float) -> None:
    rules = RULES.model_copy(update={"text_segment_price": float(price)})
    assert cost_of(Channel.SMS, segments, rules) == sum([cost_of(Channel.SMS, 1, rules)] * segments)
    assert cost_of(Channel.SMS, 1, rules) == int(price * 1_000_000)


@pytest.mark.parametrize(
    ("micros", "currency", "words"),
    [
        (0, "USD", "$0.00"),
        (1_000, "USD", "under $0.01"),
        (15_000, "USD", "$0.02"),
        (25_000, "USD", "$0.02"),
        (1_234_567_890_000, "USD", "$1,234,567.89"),
        (31_240_000, "EUR", "€31.24"),
        (31_240_000, "CAD", "CAD 31.24"),
    ],
)
def test_money_is_read_with_its_currency_rounded_half_even(micros: int, currency: str, words: str) -> None:
    assert money(micros, currency) == words


def test_all_is_left_of_a_month_in_which_nothing_went(session: Session, world: World) -> None:
    assert left_this_month(session, NOW, RULES) == LIMIT


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({"state": MessageState.SENDING}, True),
        ({"state": MessageState.UNKNOWN}, True),
        ({"state": MessageState.DELIVERED}, True),
        ({"state": MessageState.FAILED, "accepted_at": NOW}, True),
        ({"state": MessageState.FAILED}, False),
        ({"state": MessageState.SCHEDULED, "sent_at": None, "cost_micros": None}, False),
        ({"state": MessageState.SKIPPED, "sent_at": None, "cost_micros": None}, False),
    ],
)
def test_what_counts_is_what_a_provider_took_or_may_have_taken(
    session: Session, world: World, values: dict[str, object], counts: bool
) -> None:
    if values["state"] is MessageState.SENDING:
        values = {**values, "attempt_id": "a"}
    left(world, **values)
    assert left_this_month(session, NOW, RULES) == LIMIT - (1_000_000 if counts else 0)


def test_a_limit_that_was_passed_is_less_than_nothing(session: Session, world: World) -> None:
    left(world, cost_micros=LIMIT + 1)
    assert left_this_month(session, NOW, RULES) == -1


def test_the_month_is_the_districts_own(session: Session, world: World) -> None:
    world.district()
    begins = datetime(2026, 11, 1, 5, tzinfo=UTC)
    """Midnight in Chicago, on the day the clocks go back."""
    left(world, begins - timedelta(seconds=1))
    assert left_this_month(session, NOW, RULES) == LIMIT
    left(world, begins)
    assert left_this_month(session, NOW, RULES) == LIMIT - 1_000_000
    ends = next_month(session, NOW)
    assert ends == datetime(2026, 12, 1, 6, tzinfo=UTC)
    assert left_this_month(session, ends, RULES) == LIMIT
    assert next_month(session, ends) == datetime(2027, 1, 1, 6, tzinfo=UTC)


def test_the_sandbox_costs_only_where_nothing_real_was_spent(session: Session, world: World, head: Viewer) -> None:
    left(world, provider="sandbox", cost_micros=5_000_000)
    assert left_this_month(session, NOW, RULES) == LIMIT - 5_000_000
    left(world)
    assert left_this_month(session, NOW, RULES) == LIMIT - 1_000_000
    shown = month(session, head, NOW, RULES)
    assert (shown.spent, shown.pretended, shown.only_pretended) == (1_000_000, 5_000_000, False)


def test_what_the_sandbox_pretended_does_not_hold_up_the_first_live_day(
    session: Session, world: World, head: Viewer
) -> None:
    left(world, provider="sandbox", cost_micros=LIMIT)
    tried = month(session, head, NOW, RULES)
    assert (tried.spent, tried.only_pretended, tried.limit_reached) == (LIMIT, True, True)
    assert left_this_month(session, NOW, RULES, live=True) == LIMIT
    shown = month(session, head, NOW, RULES, live=True)
    assert (shown.spent, shown.pretended, shown.only_pretended, shown.limit_reached) == (0, LIMIT, False, False)


def test_the_cost_of_each_school_and_channel_is_known(session: Session, world: World, head: Viewer) -> None:
    lake, hill = world.school(name="Lake"), world.school(name="Hill")
    left(world, school_id=lake.id, segments=2)
    left(world, school_id=lake.id)
    left(world, school_id=lake.id, channel=Channel.EMAIL, segments=None, cost_micros=1_000)
    left(world, school_id=hill.id)
    left(world)
    shown = month(session, head, NOW, RULES)
    assert [(one.school, one.channel, one.messages, one.segments, one.micros) for one in shown.shares] == [
        ("Hill", Channel.SMS, 1, 1, 1_000_000),
        ("Lake", Channel.EMAIL, 1, 0, 1_000),
        ("Lake", Channel.SMS, 2, 3, 2_000_000),
        (None, Channel.SMS, 1, 1, 1_000_000),
    ]
    assert sum(one.micros for one in shown.shares) == shown.spent == 4_001_000
    assert (shown.first_day, shown.resumes_on) == (date(2026, 11, 1), date(2026, 12, 1))


def test_a_schools_administrator_sees_its_own_share_and_no_limit(session: Session, world: World) -> None:
    lake, hill = world.school(name="Lake"), world.school(name="Hill")
    left(world, school_id=lake.id)
    left(world, school_id=hill.id)
    left(world)
    shown = month(session, viewer(world, AccountRole.ADMINISTRATOR, lake), NOW, RULES)
    assert (shown.spent, shown.limit, shown.limit_reached) == (1_000_000, None, False)
    assert [one.school for one in shown.shares] == ["Lake"]


def test_teachers_see_no_money(session: Session, world: World) -> None:
    with pytest.raises(NotAllowed):
        month(session, viewer(world, AccountRole.TEACHER, world.school()), NOW, RULES)


@pytest.mark.parametrize(("spent", "nearly", "reached"), [(399, False, False), (400, True, False), (500, True, True)])
def test_the_limit_is_said_before_it_is_reached(
    session: Session, world: World, head: Viewer, spent: int, nearly: bool, reached: bool
) -> None:
    left(world, cost_micros=spent * 1_000_000)
    shown = month(session, head, NOW, RULES)
    assert (shown.nearly_reached, shown.limit_reached) == (nearly, reached)


def test_before_a_school_day_of_sending_is_over_the_forecast_is_unknown(
    session: Session, world: World, head: Viewer
) -> None:
    world.school()
    assert month(session, head, NOW, RULES).forecast is None
    left(world, NOW - timedelta(hours=1))
    assert month(session, head, NOW, RULES).forecast is None


def test_the_forecast_keeps_the_pace_of_the_school_days_that_are_over(
    session: Session, world: World, head: Viewer
) -> None:
    """16 school days of November are over on the 24th, 5 are to come with that day itself; none at weekends."""
    world.school()
    left(world, datetime(2026, 10, 5, 16, tzinfo=UTC))
    for day in (3, 10, 17, 23):
        left(world, datetime(2026, 11, day, 16, tzinfo=UTC), cost_micros=4_000_000)
    left(world, NOW, cost_micros=100_000)
    assert month(session, head, NOW, RULES).forecast == 16_000_000 + 5_000_000


def test_the_forecast_counts_from_the_first_day_that_anything_left(
    session: Session, world: World, head: Viewer
) -> None:
    """From Monday the 23rd one school day is over."""
    world.school()
    left(world, datetime(2026, 11, 23, 16, tzinfo=UTC), cost_micros=2_000_000)
    assert month(session, head, NOW, RULES).forecast == 2_000_000 + 5 * 2_000_000


def test_the_forecast_is_never_less_than_what_is_scheduled_already(
    session: Session, world: World, head: Viewer
) -> None:
    world.school()
    left(world, datetime(2026, 11, 23, 16, tzinfo=UTC), cost_micros=1_000)
    waits = {"state": MessageState.SCHEDULED, "sent_at": None, "cost_micros": None, "due_at": NOW + DAY}
    left(world, segments=3, **waits)
    left(world, channel=Channel.EMAIL, segments=None, **waits)
    left(world, segments=3, **{**waits, "due_at": datetime(2026, 12, 2, 16, tzinfo=UTC)})
    assert month(session, head, NOW, RULES).forecast == 1_000 + 3 * 11_800 + 1_000

"""The judge finds what it is there for: each rule is shown a run that breaks it, and one that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from .journal import Call, Manner
from .judge import Case, Final, Kill, OptOut, judge, too_many
from .letters import Letter, Plan, tag, tag_in, words

EAST, WEST = "America/New_York", "America/Los_Angeles"
NOON = datetime(2026, 10, 29, 16, 0, tzinfo=UTC)
"""A Thursday, noon in New York."""
PHONE = "+13125550142"
_numbers = count(1)


def letter(**values: object) -> Letter:
    made = Letter(
        tag=tag(next(_numbers)), group="single", family=1, channel="sms", to=PHONE, zones=(EAST,), due=NOON,
        expires=NOON + timedelta(days=14),
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]  # a test names fields of Letter


def call(one: Letter, at: datetime = NOON + timedelta(seconds=5), **values: object) -> Call:
    number = next(_numbers)
    made = Call(number, at, one.channel, one.to, one.tag, f"attempt{number}", Manner.TAKE, withheld=False, seconds=0.01)
    return replace(made, **values)  # type: ignore[arg-type]  # a test names fields of Call


def case(letters: list[Letter], calls: list[Call], **values: object) -> Case:
    """A run after which our tables say that all has been delivered."""
    finals = {one.tag: final("delivered") for one in letters}
    made = Case(Plan(tuple(letters), ()), calls, (), (), {}, finals, ())
    return replace(made, **values)  # type: ignore[arg-type]  # a test names fields of Case


def final(state: str, channel: str = "sms", *, asked: bool = False, attempt: str | None = None) -> Final:
    return Final(state, None, asked, channel, attempt)


def found(one: Case) -> dict[str, list[str]]:
    return {name: lines for name, lines in judge(one).items() if lines}


def test_a_good_run_has_no_findings() -> None:
    one, two = letter(), letter(family=2, to="+13125550143")
    assert found(case([one, two], [call(one), call(two)], checkpoints=[NOON + timedelta(hours=1)])) == {}


def test_a_message_taken_twice_is_found() -> None:
    one = letter()
    assert "sent twice" in found(case([one], [call(one), call(one)]))


@pytest.mark.parametrize("manner", [Manner.FAULT_TAKEN, Manner.CLOSE_TAKEN, Manner.HANG_TAKEN])
def test_what_was_taken_without_a_word_counts_as_sent(manner: Manner) -> None:
    one = letter()
    assert "sent twice" in found(case([one], [call(one, manner=manner), call(one)]))


def test_a_message_that_was_refused_before_is_not_sent_twice() -> None:
    one = letter()
    assert found(case([one], [call(one, manner=Manner.BUSY), call(one, manner=Manner.FAULT), call(one)])) == {}


@pytest.mark.parametrize(
    ("hour", "minute", "good"), [(11, 59, False), (12, 0, True), (23, 59, True), (24, 0, False), (27, 0, False)]
)
def test_the_window_is_eight_to_eight_at_the_reader(hour: int, minute: int, good: bool) -> None:
    one = letter(due=NOON - timedelta(hours=12))
    at = datetime(2026, 10, 29, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)
    assert ("outside the window" not in found(case([one], [call(one, at)]))) is good


def test_where_two_zones_count_both_must_be_open() -> None:
    one = letter(zones=(EAST, WEST), due=NOON - timedelta(hours=4))
    assert "outside the window" in found(case([one], [call(one, NOON - timedelta(hours=2))]))


def test_a_saturday_is_for_answers_only() -> None:
    saturday = NOON + timedelta(days=2)
    one, answer = letter(), letter(family=2, to="+13125550143", answer=True)
    lines = found(case([one, answer], [call(one, saturday), call(answer, saturday)]))["outside the window"]
    assert [line.split(":")[0] for line in lines] == [one.tag]


def test_a_day_without_school_is_found() -> None:
    one = letter()
    plan = Plan((one,), (NOON.date(),))
    assert "outside the window" in found(case([one], [call(one)], plan=plan))


def test_a_message_before_its_time_is_found() -> None:
    one = letter(due=NOON + timedelta(hours=1))
    assert "outside the window" in found(case([one], [call(one)]))


def test_a_fourth_message_within_a_week_is_found() -> None:
    four = [letter() for _ in range(4)]
    days = [call(one, NOON + timedelta(days=day)) for one, day in zip(four, (0, 0, 1, 6), strict=True)]
    assert "over the caps" in found(case(four, days))
    assert "over the caps" not in found(case(four, [*days[:3], call(four[3], NOON + timedelta(days=7))]))


def test_two_families_with_one_phone_share_its_cap() -> None:
    four = [letter(family=number % 2) for number in range(4)]
    assert "over the caps" in found(case(four, [call(one) for one in four]))


def test_a_second_automated_message_within_a_week_is_found() -> None:
    two = [letter(automated=True) for _ in range(2)]
    assert "over the caps" in found(case(two, [call(one) for one in two]))


def test_answers_count_in_no_cap() -> None:
    four = [letter(answer=number == 3) for number in range(4)]
    assert found(case(four, [call(one) for one in four])) == {}


def test_seven_days_are_seven_days() -> None:
    moments = [NOON, NOON + timedelta(days=7)]
    assert not too_many(moments, 1)
    assert too_many([NOON, NOON + timedelta(days=6, hours=23)], 1)


def test_a_message_after_the_withdrawal_is_found_unless_it_was_on_its_way() -> None:
    one = letter()
    late = call(one, NOON + timedelta(minutes=2))
    gone = OptOut(PHONE, NOON + timedelta(minutes=1), frozenset())
    on_its_way = replace(gone, in_flight=frozenset({late.attempt or ""}))
    assert "to an address opted out" in found(case([one], [late], opt_outs=[gone]))
    assert found(case([one], [late], opt_outs=[on_its_way])) == {}
    assert found(case([one], [call(one)], opt_outs=[gone])) == {}


def test_a_message_to_an_address_that_was_out_before_is_found() -> None:
    one = letter(barred="opted out")
    assert "to an address opted out" in found(case([one], [call(one)]))


def test_a_message_at_another_address_is_found_unless_its_own_is_dead() -> None:
    one = letter()
    refused, moved = call(one, manner=Manner.NUMBER_BAD), call(one, to="rosa@example.org")
    assert "that may never leave" in found(case([one], [moved]))
    assert found(case([one], [refused, moved])) == {}


@pytest.mark.parametrize("why", ["hold", "no contact", "stale before morning"])
def test_a_message_that_may_never_leave_is_found(why: str) -> None:
    one = letter(barred=why)
    assert "that may never leave" in found(case([one], [call(one)]))


def test_a_stale_message_is_found() -> None:
    one = letter(expires=NOON)
    assert "that may never leave" in found(case([one], [call(one)]))


def test_a_number_refused_for_good_is_not_asked_about_again() -> None:
    one, two = letter(), letter()
    refused = call(one, manner=Manner.NUMBER_BAD)
    finals = {one.tag: final("failed"), two.tag: final("skipped")}
    assert found(case([one, two], [refused], finals=finals)) == {}
    assert "asked again after a final no" in found(
        case([one, two], [refused, call(two, manner=Manner.NUMBER_BAD)], finals=finals)
    )


@pytest.mark.parametrize("state", ["accepted", "delivered", "failed"])
def test_what_the_provider_never_saw_is_lost_whatever_our_tables_say(state: str) -> None:
    one = letter()
    finals = {one.tag: final(state)}
    assert "lost" in found(case([one], [], finals=finals))


def test_a_message_gone_from_our_tables_is_lost() -> None:
    assert "lost" in found(case([letter()], [], finals={}))


def test_what_could_have_left_by_a_checkpoint_and_did_not_is_lost() -> None:
    one = letter()
    finals = {one.tag: final("expired")}
    moment = NOON + timedelta(hours=1)
    assert "lost" in found(case([one], [], finals=finals, checkpoints=[moment]))
    for harmless in (
        replace(one, due=moment + timedelta(minutes=1)),
        replace(one, expires=moment),
        replace(one, barred="hold"),
        replace(one, zones=(EAST, "Asia/Tokyo")),
    ):
        assert found(case([harmless], [], finals=finals, checkpoints=[moment])) == {}


def test_what_found_no_place_under_the_caps_is_not_lost() -> None:
    four = [letter() for _ in range(4)]
    finals = {one.tag: final("delivered") for one in four[:3]}
    finals[four[3].tag] = final("skipped")
    calls = [call(one) for one in four[:3]]
    assert found(case(four, calls, finals=finals, checkpoints=[NOON + timedelta(days=1)])) == {}
    assert "lost" in found(case(four, calls, finals=finals, checkpoints=[NOON + timedelta(days=7, hours=1)]))


def test_an_unknown_attempt_needs_a_cause() -> None:
    one = letter()
    asked = call(one)
    unknown = {asked.attempt or "": one.tag}
    kill = Kill(NOON, "worker-1.1", "after call", (asked.attempt or "",))
    assert "unknown without a cause" in found(case([one], [asked], unknown=unknown))
    assert found(case([one], [asked], unknown=unknown, kills=[kill])) == {}
    for cut in (replace(asked, manner=Manner.CLOSE_TAKEN), replace(asked, seconds=None), replace(asked, seconds=5.0)):
        assert found(case([one], [cut], unknown=unknown)) == {}


def test_a_text_is_never_unknown_in_the_end_and_an_email_only_where_the_event_was_withheld() -> None:
    text, mail = letter(), letter(channel="email", to="rosa@example.org")
    withheld = call(mail, manner=Manner.HANG_TAKEN, withheld=True)
    asked = final("unknown", "email", asked=True, attempt=withheld.attempt)
    finals = {text.tag: final("unknown", asked=True), mail.tag: asked}
    assert found(case([text, mail], [call(text), withheld], finals=finals)).keys() == {"texts unknown in the end"}
    assert found(case([mail], [withheld], finals={mail.tag: asked})) == {}
    told, never = replace(withheld, withheld=False), replace(withheld, manner=Manner.HANG, withheld=False)
    nobody = replace(asked, person_asked=False)
    for calls, end in (([told], asked), ([never], asked), ([withheld], nobody)):
        broken = found(case([mail], calls, finals={mail.tag: end}))
        assert broken.keys() == {"e-mails unknown in the end, no event withheld"}


@pytest.mark.parametrize("state", ["scheduled", "sending", "skipped", "expired"])
def test_tables_that_say_otherwise_are_found(state: str) -> None:
    one = letter()
    finals = {one.tag: final(state)}
    assert "told otherwise by our tables" in found(case([one], [call(one)], finals=finals))


def test_a_tag_is_found_in_words_and_nowhere_else() -> None:
    assert [tag_in(words(tag(number))) for number in (0, 7, 159_999)] == [tag(0), tag(7), tag(159_999)]
    assert tag_in(f"Lakeside Schools here. {words(tag(5))} Reply STOP to end.") == tag(5)
    assert tag_in("You will get no more texts.") is None

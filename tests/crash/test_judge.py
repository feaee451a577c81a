"""The judge finds what it is there for: each rule is shown a run that breaks it, and one that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from .case import Freed, Kill
from .journal import Manner
from .judge import too_many
from .letters import Plan, tag, tag_in, words
from .samples import EAST, NOON, WEST, call, case, final, found, letter, mail


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
    one, later = letter(), NOON + timedelta(minutes=11)
    assert found(case([one], [call(one, manner=Manner.BUSY), call(one, manner=Manner.FAULT), call(one, later)])) == {}


@pytest.mark.parametrize("manner", [Manner.FAULT, Manner.CLOSE, Manner.HANG, Manner.TAKE])
def test_a_text_is_not_asked_again_before_a_lookup_can_tell(manner: Manner) -> None:
    one = letter()
    first = call(one, NOON, manner=manner)
    died = Kill(NOON, "worker-1.1", "after call", (first.attempt or "",))
    for minutes, good in ((3, False), (11, True)):
        again = call(one, NOON + timedelta(minutes=minutes))
        lines = found(case([one], [first, again], kills=[died] if manner is Manner.TAKE else []))
        assert ("asked again on a guess" not in lines) is good


def test_an_e_mail_is_asked_again_after_a_fault_that_was_heard_and_else_only_by_a_person() -> None:
    one, later = mail(), NOON + timedelta(minutes=16)
    fault, hung, again = call(one, NOON, manner=Manner.FAULT), call(one, NOON, manner=Manner.HANG), call(one, later)
    died = Kill(NOON, "worker-1.1", "after call", (fault.attempt or "",))
    freed = [Freed(one.tag, later)]
    assert found(case([one], [fault, again])) == {}
    assert "asked again on a guess" in found(case([one], [fault, again], kills=[died]))
    assert "asked again on a guess" in found(case([one], [hung, again]))
    assert found(case([one], [hung, again], freed=freed)) == {}
    assert "asked again on a guess" in found(case([one], [fault, replace(again, at=NOON + timedelta(minutes=14))]))


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


def test_a_message_to_an_address_that_was_out_before_is_found() -> None:
    one = letter(barred="opted out")
    assert "to an address opted out" in found(case([one], [call(one)]))


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


def test_an_e_mail_that_nobody_can_tell_about_may_lie_until_a_person_has_answered() -> None:
    one, noon = mail(), NOON
    asked = call(one, noon, manner=Manner.HANG)
    lying = case([one], [asked], finals={one.tag: final("expired")}, checkpoints=[noon + timedelta(days=1, hours=1)])
    assert found(lying) == {}
    assert "lost" in found(replace(lying, freed=[Freed(one.tag, noon + timedelta(days=1))]))
    again = call(one, noon + timedelta(days=1, minutes=30), manner=Manner.CLOSE)
    assert found(replace(lying, calls=[asked, again], freed=[Freed(one.tag, noon + timedelta(days=1))])) == {}
    assert "lost" in found(replace(lying, checkpoints=[noon + timedelta(days=5)]))


def test_an_unknown_attempt_needs_a_cause() -> None:
    one = letter()
    asked = call(one)
    unknown = {asked.attempt or "": one.tag}
    kill = Kill(NOON, "worker-1.1", "after call", (asked.attempt or "",))
    assert "unknown without a cause" in found(case([one], [asked], unknown=unknown))
    assert found(case([one], [asked], unknown=unknown, kills=[kill])) == {}
    for cut in (replace(asked, manner=Manner.CLOSE_TAKEN), replace(asked, seconds=None), replace(asked, seconds=5.0)):
        assert found(case([one], [cut], unknown=unknown)) == {}


def test_no_more_is_in_flight_at_a_kill_than_two_for_each_thread() -> None:
    attempts = tuple(f"attempt{number}" for number in range(9))
    for many, good in ((8, True), (9, False)):
        kill = Kill(NOON, "worker-1.1", "after sending", attempts[:many])
        unknown = dict.fromkeys(attempts[:many], "b")
        lines = found(case([], [], unknown=unknown, kills=[kill])).get("unknown without a cause", [])
        assert len(lines) == (0 if good else 2)


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


@pytest.mark.parametrize("state", ["scheduled", "sending", "skipped", "expired", "failed"])
def test_tables_that_say_otherwise_are_found(state: str) -> None:
    one = letter()
    finals = {one.tag: final(state)}
    assert "told otherwise by our tables" in found(case([one], [call(one)], finals=finals))


def test_a_tag_is_found_in_words_and_nowhere_else() -> None:
    assert [tag_in(words(tag(number))) for number in (0, 7, 159_999)] == [tag(0), tag(7), tag(159_999)]
    assert tag_in(f"Lakeside Schools here. {words(tag(5))} Reply STOP to end.") == tag(5)
    assert tag_in("You will get no more texts.") is None

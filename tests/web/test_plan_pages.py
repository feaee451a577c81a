"""The plan's pages: read, preview, approve, move, set aside, give away, take back; and a message of one's own."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import (
    Account,
    AccountRole,
    Authored,
    Channel,
    ContactPoint,
    Guardian,
    Hold,
    HoldReason,
    Message,
    MessageKind,
    MessageState,
    Outreach,
    OutreachState,
    Request,
    RequestState,
    SafetyAlert,
    StaffRole,
)
from outreach.planning.plan_page import A_PAGE
from tests.web.asked import asked, of_rosa, way_of
from tests.web.conftest import Person, Town
from tests.world import NOW

WORDS = "Maya trabajó muy bien esta semana."
IN_ENGLISH = "Maya worked very well this week."


def suggested(town: Town, **values: object) -> int:
    """A text to Rosa in Spanish for half past four, on the teacher's list."""
    session = town.session
    rosa = session.scalars(select(Guardian).where(Guardian.given_name == "Rosa")).one()
    texted = select(ContactPoint).where(ContactPoint.guardian_id == rosa.id, ContactPoint.texts.is_(True))
    number = session.scalars(texted).one()
    row = {
        "family_id": town.delgado.id, "student_id": town.maya.id, "guardian_id": rosa.id, "staff_id": town.teacher.id,
        "rule": "goal", "slot": f"slot-{town.world.number()}", "evidence": {}, "channel": Channel.SMS,
        "language": "es", "address_id": number.address_id, "body": WORDS, "body_in_staff_language": IN_ENGLISH,
        "created_at": NOW, "local_time": "2026-11-24T16:30", "timezone": "America/Chicago",
        "send_at": NOW + timedelta(hours=6, minutes=30), **values,
    }  # fmt: skip
    made = town.world.add(Outreach(**row)).id
    town.commit()
    return made


def state(town: Town, outreach_id: int) -> OutreachState:
    return town.rows(select(Outreach.state).where(Outreach.id == outreach_id))[0]


def form_of(page: str, **fields: object) -> dict[str, object]:
    """What the form on a suggestion's page sends, with ``fields`` changed."""
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    return {"seen": seen[1], "body": WORDS, "day": "2026-11-24", "hour": "16:30", **fields}


def change(person: Person, outreach_id: int, **fields: object) -> Person:
    page = f"/plan/{outreach_id}"
    person.send(page, page, **form_of(person.get(page).text, **fields))
    return person


def text_of(person: Person) -> str:
    assert person.last is not None
    return person.last.text


# --- one suggestion ---------------------------------------------------------------------------------------------------


def test_a_suggestion_is_read_as_the_family_will_with_the_opening_of_a_first_text(town: Town) -> None:
    page = town.sign_in().get(f"/plan/{suggested(town)}").text
    bubble = re.search(r'<p class="bubble"[^>]*lang="es">(.*?)</p>', page, re.DOTALL)
    assert bubble
    assert "responda STOP" in bubble[1]
    assert WORDS in bubble[1]
    assert IN_ENGLISH in page, "and what it says in English stands beside it"


def test_a_preview_shows_what_was_typed_and_keeps_nothing(town: Town) -> None:
    touch = suggested(town)
    person = change(town.sign_in(), touch, body="Palabras nuevas.", do="preview")
    assert person.last is not None
    assert person.last.status_code == 200
    preview = text_of(person).split('id="preview"')[1]
    assert "Palabras nuevas." in preview
    assert WORDS not in preview
    assert "the words you typed are not translated" in text_of(person)
    assert town.rows(select(Outreach.body)) == [WORDS]
    assert state(town, touch) is OutreachState.SUGGESTED


def test_an_e_mail_is_shown_with_its_subject_line(town: Town) -> None:
    touch = suggested(town, channel=Channel.EMAIL, title="Sobre Maya")
    preview = town.sign_in().get(f"/plan/{touch}").text.split('id="preview"')[1]
    assert "Sobre Maya" in preview
    assert "L. Alvarez" in preview


def test_words_cannot_break_out_of_the_preview(town: Town) -> None:
    touch = suggested(town, channel=Channel.EMAIL, title="<b>x</b>", body="<script>alert(1)</script>")
    page = town.sign_in().get(f"/plan/{touch}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_approved_text_says_truly_when_it_leaves_and_can_be_taken_back(town: Town) -> None:
    touch, teacher = suggested(town), town.sign_in()
    change(teacher, touch, do="approve")
    told = teacher.follow().text
    assert "It leaves at its time: Tue 24 Nov, 4:30 pm." in told
    assert state(town, touch) is OutreachState.SCHEDULED
    teacher.send(f"/plan/{touch}/undo")
    assert "Back among the suggestions." in teacher.follow().text
    assert state(town, touch) is OutreachState.SUGGESTED
    assert town.rows(select(Message.state)) == [MessageState.CANCELLED]


def test_what_is_approved_after_its_time_leaves_in_thirty_seconds(town: Town) -> None:
    touch = suggested(town, local_time="2026-11-24T09:00", send_at=NOW - timedelta(hours=1))
    teacher = town.sign_in()
    change(teacher, touch, hour="09:00", do="approve")
    assert "Approved. Leaves in 30 seconds." in teacher.follow().text
    assert town.rows(select(Message.due_at)) == [NOW + timedelta(seconds=30)]


def test_what_has_left_is_not_taken_back_and_says_so(town: Town) -> None:
    touch, teacher = suggested(town), town.sign_in()
    change(teacher, touch, do="approve")
    message = town.session.scalars(select(Message)).one()
    message.state, message.attempt_id = MessageState.SENDING, "attempt-1"
    town.commit()
    teacher.send(f"/plan/{touch}/undo")
    assert "This has left already, so it cannot be taken back." in teacher.follow().text
    assert town.rows(select(Message.state)) == [MessageState.SENDING]


def test_a_time_outside_the_hours_is_refused_with_its_reason_and_the_nearest_one_a_tap_away(town: Town) -> None:
    touch, teacher = suggested(town), town.sign_in()
    change(teacher, touch, body="Palabras que no se pierden.", language_confirmed="yes", hour="22:00")
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert "10 pm is not" in text_of(teacher)
    assert "Palabras que no se pierden." in text_of(teacher)
    offer = re.search(r'name="to" value="([^"]+)">.{0,250}? instead<', text_of(teacher))
    assert offer
    assert offer[1] == "2026-11-25T08:00"
    change(teacher, touch, to=offer[1], then="approve", hour="22:00")
    assert "It leaves at its time: Wed 25 Nov, 8 am." in teacher.follow().text
    assert town.rows(select(Outreach.local_time)) == ["2026-11-25T08:00"]


@pytest.mark.parametrize(
    ("day", "hour", "says"),
    [
        ("2026-11-28", "10:00", "Sat 28 Nov is no school day at Lakeside High"),
        ("2026-11-23", "10:00", "has passed; choose a later time"),
        ("2027-06-30", "10:00", "has no school day left"),
        ("soon", "10:00", "cannot be read"),
        ("9999-12-31", "23:59", "cannot be read"),
        ("0001-01-01", "00:00", "cannot be read"),
        ("2026-11-25", "08:00+02:00", "cannot be read"),
    ],
)
def test_each_refused_time_has_its_own_reason(town: Town, day: str, hour: str, says: str) -> None:
    touch, teacher = suggested(town), town.sign_in()
    change(teacher, touch, day=day, hour=hour)
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert says in text_of(teacher)
    assert town.rows(select(Outreach.local_time)) == ["2026-11-24T16:30"]


def test_a_hold_is_named_with_whom_to_ask(town: Town) -> None:
    touch = suggested(town)
    asked = town.world.staff(town.school, display_name="K. Lowe")
    town.world.add(
        Hold(
            family_id=town.delgado.id, reason=HoldReason.CRISIS, from_at=NOW - timedelta(days=1),
            until_at=NOW + timedelta(days=3), ask_staff_id=asked.id,
        )
    )  # fmt: skip
    town.commit()
    teacher = change(town.sign_in(), touch, day="2026-11-25", hour="10:00")
    assert "K. Lowe" in text_of(teacher)
    assert 'name="to" value="2026-11-27T10:00"' in text_of(teacher), "the hold ends on Friday at ten"


def test_the_second_of_two_people_is_told_who_did_what_and_keeps_what_was_typed(town: Town) -> None:
    touch, teacher = suggested(town), town.sign_in()
    page = teacher.get(f"/plan/{touch}").text
    counselor = town.sign_in(AccountRole.COUNSELOR)
    change(counselor, touch, body="Las palabras de la consejera.", language_confirmed="yes")
    teacher.send(f"/plan/{touch}", f"/plan/{touch}", **form_of(page, body="Mis palabras.", language_confirmed="yes"))
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert "L. Alvarez changed the words while you had this open." in text_of(teacher)
    assert "Mis palabras." in text_of(teacher)
    assert 'Stands there now: <span lang="es">Las palabras de la consejera.</span>' in text_of(teacher)
    assert town.rows(select(Outreach.body)) == ["Las palabras de la consejera."]
    change(teacher, touch, body="Mis palabras.", language_confirmed="yes")
    assert town.rows(select(Outreach.body)) == ["Mis palabras."], "having seen it, they decide"


def test_a_time_that_a_colleague_chose_meanwhile_is_shown_beside_ones_own(town: Town) -> None:
    touch, teacher = suggested(town), town.sign_in()
    page = teacher.get(f"/plan/{touch}").text
    change(town.sign_in(AccountRole.COUNSELOR), touch, day="2026-11-25", hour="10:00")
    teacher.send(f"/plan/{touch}", f"/plan/{touch}", **form_of(page, day="2026-11-30", hour="09:00"))
    assert "Stands there now: Wed 25 Nov, 10 am" in text_of(teacher)
    assert "Stands there now: <span" not in text_of(teacher), "the words are the same"


def test_what_was_approved_meanwhile_is_not_approved_with_other_words(town: Town) -> None:
    touch, teacher = suggested(town), town.sign_in()
    page = teacher.get(f"/plan/{touch}").text
    change(town.sign_in(AccountRole.COUNSELOR), touch, do="approve")
    teacher.send(
        f"/plan/{touch}", f"/plan/{touch}",
        **form_of(page, body="Otras palabras.", language_confirmed="yes", do="approve"),
    )  # fmt: skip
    assert "approved this while you had it open" in text_of(teacher)
    assert "Otras palabras." in text_of(teacher)
    assert town.rows(select(Message.body)) == [WORDS]


@pytest.mark.parametrize(("field", "value", "kept"), [
    ("ready", "colleague", "A colleague is in touch with them"), ("reason", "They moved house", "They moved house"),
])  # fmt: skip
def test_a_family_is_set_aside_with_one_tap_or_own_words_and_comes_back(
    town: Town, field: str, value: str, kept: str
) -> None:
    touch, teacher = suggested(town), town.sign_in()
    teacher.send(f"/plan/{touch}/not-now", f"/plan/{touch}", **{field: value})
    told = teacher.follow().text
    assert "Set aside." in told
    assert kept in told
    assert town.rows(select(Outreach.dismissed_reason)) == [kept]
    teacher.send(f"/plan/{touch}/undo")
    assert state(town, touch) is OutreachState.SUGGESTED


def test_a_ready_reason_is_read_in_the_readers_language(town: Town) -> None:
    touch, teacher = suggested(town), town.sign_in()
    teacher.send(f"/plan/{touch}/not-now", f"/plan/{touch}", ready="outdated")
    town.session.scalars(select(Account).where(Account.email == town.emails[AccountRole.TEACHER])).one().language = "es"
    town.commit()
    assert "El motivo ya no es válido" in teacher.get(f"/plan/{touch}").text


def test_a_suggestion_that_has_nobody_is_given_to_who_works_with_the_child_and_back(town: Town) -> None:
    touch = suggested(town, staff_id=None, body="Hola, soy [the sender's name].", blocked="Still missing.")
    stranger = town.world.staff(town.school, display_name="N. Oakley").id
    town.commit()
    administrator = town.sign_in(AccountRole.ADMINISTRATOR)
    assert "N. Oakley" not in administrator.get(f"/plan/{touch}").text, "to whom the family would be lost"
    administrator.send(f"/plan/{touch}/give", f"/plan/{touch}", staff_id=stranger)
    assert "Choose a colleague who works with this child." in administrator.follow().text
    administrator.send(f"/plan/{touch}/give", f"/plan/{touch}", staff_id=town.teacher.id)
    told = administrator.follow().text
    assert "L. Alvarez has it now." in told
    assert town.rows(select(Outreach.body)) == ["Hola, soy L. Alvarez."], "the draft is signed anew"
    assert town.rows(select(Outreach.blocked)) == [None]
    assert town.sign_in().get(f"/plan/{touch}").status_code == 200
    undo = re.search(rf'action="(/plan/{touch}/give/undo)"', told)
    assert undo
    administrator.send(undo[1])
    assert town.rows(select(Outreach.staff_id)) == [None]


def test_a_suggestion_is_given_away_by_counselors_and_administrators_only(town: Town) -> None:
    teacher = town.sign_in()
    teacher.send(f"/plan/{suggested(town)}/give", staff_id=town.teacher.id)
    assert teacher.last is not None
    assert teacher.last.status_code == 403


def test_a_colleagues_suggestion_is_not_opened_by_another_teacher(town: Town) -> None:
    touch = suggested(town, staff_id=town.world.staff(town.school).id)
    assert town.sign_in().get(f"/plan/{touch}").status_code == 403


def test_a_call_can_be_moved_to_another_day(town: Town) -> None:
    touch = suggested(town, channel=Channel.PHONE, interpreter=True)
    teacher = town.sign_in()
    page = f"/plan/{touch}"
    seen = form_of(teacher.get(page).text)["seen"]
    teacher.send(page, page, seen=seen, to="2026-11-25T10:00")
    assert town.rows(select(Outreach.local_time)) == ["2026-11-25T10:00"]


def ticked(page: str) -> str:
    """The one suggestion on the page that is looked over, as its box sends it."""
    [found] = re.findall(r'name="id" value="([^"]+)"', page)
    return str(found)


# --- all together -----------------------------------------------------------------------------------------------------


def test_approving_all_says_first_how_many_what_stays_and_why_and_can_be_undone(town: Town) -> None:
    ready, call = suggested(town), suggested(town, channel=Channel.PHONE, slot="call")
    gap = suggested(town, body="[what you noticed]", blocked="Still missing: what you noticed.")
    teacher = town.sign_in()
    assert "Approve the 1 that is ready" in teacher.get("/plan").text
    looked = teacher.get("/plan/approve-all").text
    assert "1 message goes out" in looked
    assert "count as notices" in looked
    assert "Still missing: what you noticed." in looked
    assert "only a person can do that" in looked
    assert town.rows(select(Message)) == []
    teacher.send("/plan/approve-all", "/plan/approve-all", id=ticked(looked))
    told = teacher.follow().text
    assert "1 approved: it counts as a notice" in told
    assert [state(town, one) for one in (ready, call, gap)] == [
        OutreachState.SCHEDULED, OutreachState.SUGGESTED, OutreachState.SUGGESTED,
    ]  # fmt: skip
    assert town.rows(select(Message.automated)) == [True]
    undo = re.search(r'action="(/plan/approve-all/undo[^"]+)"', told)
    assert undo
    teacher.send(undo[1].replace("&amp;", "&"))
    assert "1 is back among the suggestions." in teacher.follow().text
    assert state(town, ready) is OutreachState.SUGGESTED


def test_a_moment_without_a_zone_names_nothing_to_take_back(town: Town) -> None:
    teacher = town.sign_in()
    teacher.send("/plan/approve-all/undo?at=2026-01-01", "/account")
    assert "take them back one by one" in teacher.follow().text


def test_what_came_after_the_look_is_not_approved_unseen(town: Town) -> None:
    ready, teacher = suggested(town), town.sign_in()
    looked = teacher.get("/plan/approve-all").text
    later = suggested(town)
    teacher.send("/plan/approve-all", "/plan/approve-all", id=ticked(looked))
    assert [state(town, one) for one in (ready, later)] == [OutreachState.SCHEDULED, OutreachState.SUGGESTED]


def test_a_draft_that_was_edited_after_the_look_is_left_and_that_is_said(town: Town) -> None:
    touch, teacher = suggested(town), town.sign_in()
    looked = teacher.get("/plan/approve-all").text
    change(town.sign_in(AccountRole.COUNSELOR), touch, body="Otras palabras.", language_confirmed="yes")
    teacher.send("/plan/approve-all", "/plan/approve-all", id=ticked(looked))
    assert "1 was left, since it has changed." in teacher.follow().text
    assert town.rows(select(Message)) == []
    for strange in (touch, "x:y", f"{touch}:", "9" * 40):
        teacher.send("/plan/approve-all", "/plan/approve-all", id=strange)
        assert teacher.follow().status_code == 200
    assert town.rows(select(Message)) == []


def test_the_look_keeps_what_the_plan_was_narrowed_by(town: Town) -> None:
    suggested(town)
    mail = suggested(town, channel=Channel.EMAIL, title="Sobre Maya")
    teacher = town.sign_in()
    page = teacher.get("/plan?channel=email&endpoint=x").text
    assert "Approve the 1 that is ready" in page
    look = re.search(r'href="(/plan/approve-all[^"]*)"', page)
    assert look
    looked = teacher.get(look[1].replace("&amp;", "&")).text
    assert ticked(looked).startswith(f"{mail}:")
    assert 'href="/plan?channel=email"' in looked


# --- the list ---------------------------------------------------------------------------------------------------------


def test_an_empty_plan_says_that_there_is_no_quota(town: Town) -> None:
    page = town.sign_in().get("/plan").text
    assert "Nothing planned" in page
    assert "there is no quota" in page


def test_a_long_plan_is_read_by_key_and_shows_each_suggestion_once(town: Town) -> None:
    touches = [suggested(town, local_time=f"2026-11-{24 + number % 3}T16:30") for number in range(60)]
    teacher, seen, address = town.sign_in(), list[int](), "/plan?part=suggested"
    for _page in range(3):
        page = teacher.get(address).text
        seen += [int(one) for one in re.findall(r'id="touch-(\d+)"', page)]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert address == ""
    assert sorted(seen) == touches
    assert len(seen) == len(set(seen))


def test_what_came_in_while_somebody_reads_on_moves_no_page(town: Town) -> None:
    first = [suggested(town) for _number in range(30)]
    teacher = town.sign_in()
    page = teacher.get("/plan?part=suggested").text
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    suggested(town, local_time="2026-11-23T16:30")
    second = teacher.get(following[1].replace("&amp;", "&")).text
    assert [int(one) for one in re.findall(r'id="touch-(\d+)"', second)] == first[A_PAGE:]


def test_a_counselor_sees_whose_touches_they_are_and_no_count_of_anybodys(town: Town) -> None:
    colleague = town.world.staff(town.school, display_name="J. Park", role=StaffRole.TEACHER)
    suggested(town), suggested(town, staff_id=colleague.id)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    page = counselor.get("/plan").text
    assert re.findall(r'class="plan-person">([^<]+)<', page) == ["J. Park", "L. Alvarez"]
    assert "Nothing planned" in counselor.get("/plan?own=yes").text


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("channel=email", 1), ("channel=sms", 2), ("day=2026-11-25", 1), ("day=2026-12-01", 0), ("channel=fax", 3),
        ("day=never", 3),
    ],
)  # fmt: skip
def test_the_plan_is_narrowed_by_day_and_way(town: Town, asked: str, shown: int) -> None:
    suggested(town)
    suggested(town, local_time="2026-11-25T16:30")
    suggested(town, channel=Channel.EMAIL, title="Sobre Maya")
    page = town.sign_in().get(f"/plan?{asked}").text
    assert len(re.findall(r'id="touch-', page)) == shown
    if not shown:
        assert "Fewer conditions show more." in page


def test_the_plan_speaks_spanish(town: Town) -> None:
    suggested(town, evidence={"percent": 58.4, "subject": "math", "heard": 2})
    town.session.scalars(select(Account).where(Account.email == town.emails[AccountRole.TEACHER])).one().language = "es"
    town.commit()
    page = town.sign_in().get("/plan").text
    assert "Sugerido" in page
    assert "Matemáticas" in page
    assert "Suggested at night" not in page


PAST = {"local_time": "2026-11-24T09:45", "send_at": NOW - timedelta(minutes=15)}
"""By the clock in Chicago, where ``NOW`` is ten in the morning."""


def test_a_time_that_has_passed_is_no_plan_any_more(town: Town) -> None:
    touch, teacher = suggested(town, **PAST), town.sign_in()
    for page in ("/plan", f"/plan/{touch}"):
        assert re.search(r"9:45 am has passed: once approved, it leaves as soon as", teacher.get(page).text)
    assert "Best at" not in teacher.get("/").text


def test_a_call_whose_time_has_passed_was_meant_for_it(town: Town) -> None:
    touch, teacher = suggested(town, channel=Channel.PHONE, **PAST), town.sign_in()
    for page in ("/plan", f"/plan/{touch}"):
        assert re.search(r"It was meant for [^<]*9:45 am", teacher.get(page).text)


@pytest.mark.parametrize(("zone", "ahead"), [("America/Chicago", False), ("America/Los_Angeles", True)])
def test_the_best_time_is_said_only_while_it_is_ahead_by_the_familys_own_clock(
    town: Town, zone: str, ahead: bool
) -> None:
    suggested(town, local_time="2026-11-24T09:45", timezone=zone)
    teacher = town.sign_in()
    assert ("Best at" in teacher.get("/").text) is ahead
    assert ("has passed" not in teacher.get("/plan").text) is ahead


# --- a message of one's own -------------------------------------------------------------------------------------------


def write(person: Person, town: Town, **fields: object) -> Person:
    page = f"/plan/write?family={town.delgado.id}"
    ways = re.findall(r'name="way" id="[^"]+" value="(\d+-sms)"', person.get(page).text)
    form = {
        "family": town.delgado.id, "form_key": "one-form", "way": ways[0], "body": "Maya trabajó muy bien hoy.",
        "when": "now", "language_confirmed": "yes", **fields,
    }  # fmt: skip
    person.send("/plan/write", page, **form)
    return person


def test_a_text_written_by_hand_leaves_once_after_thirty_seconds_in_which_it_can_be_taken_back(town: Town) -> None:
    teacher = town.sign_in()
    write(write(teacher, town), town)
    told = teacher.follow().text
    assert "In the outbox. Leaves in 30 seconds." in told
    assert town.rows(select(Message.due_at)) == [NOW + timedelta(seconds=30)]
    undo = re.search(r'action="(/plan/\d+/undo)"', told)
    assert undo
    teacher.send(undo[1])
    back = teacher.follow().text
    assert "Stopped: it did not leave." in back
    assert "Maya trabajó muy bien hoy." in back, "and the words stand in the form again"
    assert town.rows(select(Outreach.state)) == [OutreachState.CANCELLED]
    assert town.rows(select(Message.state)) == [MessageState.CANCELLED]


def test_the_form_of_a_message_that_was_taken_back_does_not_claim_to_send_it(town: Town) -> None:
    teacher = write(town.sign_in(), town)
    [touch] = town.rows(select(Outreach.id))
    teacher.send(f"/plan/{touch}/undo")
    write(teacher, town)
    assert "This was sent before, or taken back" in teacher.follow().text
    assert town.rows(select(Message.state)) == [MessageState.CANCELLED]


def test_a_text_for_later_goes_at_that_time_by_the_family_s_clock(town: Town) -> None:
    write(town.sign_in(), town, when="later", day="2026-11-30", hour="17:00")

    assert town.rows(select(Outreach.local_time)) == ["2026-11-30T17:00"]
    assert town.rows(select(Outreach.authored)) == [Authored.WRITTEN]


def test_what_is_missing_in_a_message_is_said_and_what_was_written_stays(town: Town) -> None:
    teacher = town.sign_in()
    write(teacher, town, when="weekly", day="", hour="", weekly_until="", body="Long words.")
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert "Long words." in teacher.last.text
    assert "Say on which day" in teacher.last.text
    assert "Say until when" in teacher.last.text
    write(teacher, town, body="Good work today.", language_confirmed=None)

    assert teacher.last.status_code == 422
    assert "reads another language" in teacher.last.text
    assert town.rows(select(Message)) == []


def test_a_weekly_message_is_shown_with_its_series_ended_and_taken_up_again(town: Town) -> None:
    teacher = town.sign_in()
    write(teacher, town, when="weekly", day="2026-11-24", hour="17:00", weekly_until="2026-12-15")
    [touch] = town.rows(select(Outreach.id))
    page = teacher.get(f"/plan/{touch}").text
    assert "Every week on Tuesday at 5 pm, until Tue 15 Dec." in page
    teacher.send(f"/plan/{touch}/end", f"/plan/{touch}")
    told = teacher.follow().text
    assert "Ended: nothing more of it goes out." in told
    assert town.rows(select(Message.state)) == [MessageState.CANCELLED]
    go_on = re.search(r'action="(/plan/\d+/go-on)"', told)
    assert go_on
    teacher.send(go_on[1])
    assert "It goes on every week" in teacher.follow().text
    assert town.rows(select(Message.state).order_by(Message.id)) == [MessageState.CANCELLED, MessageState.SCHEDULED]
    assert set(town.rows(select(Outreach.repeats_until))) == {"2026-12-15"}


def test_words_written_to_an_open_question_are_its_answer(town: Town) -> None:
    request = town.world.request(town.delgado, town.school, owner_staff_id=town.teacher.id)
    town.commit()
    teacher = town.sign_in()
    assert "Can Maya retake" in teacher.get(f"/plan/write?family={town.delgado.id}&request={request.id}").text
    write(teacher, town, request=request.id)
    assert town.rows(select(Message.kind)) == [MessageKind.ANSWER]


def seen_on(page: str) -> str:
    """The step of the question that the form for a message names."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


def test_an_answer_for_a_later_time_is_told_to_whoever_has_the_question_open(town: Town) -> None:
    number, teacher = of_rosa(town), town.sign_in()
    colleague = town.sign_in(AccountRole.COUNSELOR)
    form = f"/plan/write?family={town.delgado.id}&request={number}"
    seen = seen_on(colleague.get(form).text)
    write(teacher, town, request=number, seen=seen_on(teacher.get(form).text))
    assert len(town.rows(select(Message))) == 1
    answered = f"/requests/{number}/answer"
    way = way_of(colleague, number, "sms")
    colleague.send(answered, form, way=way, body="Yes.", language_confirmed="yes", seen=seen)
    assert colleague.last is not None
    assert colleague.last.status_code == 409, "on the question's own page"
    write(colleague, town, request=number, seen=seen, form_key="two", body="Mi respuesta.")
    assert colleague.last.status_code == 409
    assert "has moved on since you opened it" in text_of(colleague)
    assert "L. Alvarez wrote an answer" in text_of(colleague)
    assert "Mi respuesta." in text_of(colleague)
    assert len(town.rows(select(Message))) == 1
    write(colleague, town, request=number, seen=seen_on(text_of(colleague)), form_key="two", body="Mi respuesta.")
    assert len(town.rows(select(Message))) == 2, "having seen it, they decide"


def test_words_kept_for_the_safety_list_are_not_answered_unread(town: Town) -> None:
    contact = town.world.contact(town.maya, summary="dangerous words")
    number = asked(town, words="dangerous words", contact_id=contact.id)
    town.world.add(SafetyAlert(school_id=town.school.id, contact_id=contact.id, raised_at=NOW))
    town.commit()
    teacher = write(town.sign_in(), town, request=number)
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert "Only who reads its words does this" in text_of(teacher)
    assert "Maya trabajó muy bien hoy." in text_of(teacher)
    assert town.rows(select(Message)) == []
    write(teacher, town)
    assert town.rows(select(Message.kind)) == [MessageKind.TEACHER], "as a message of its own it may go"


def test_a_question_that_was_answered_meanwhile_is_not_answered_unseen(town: Town) -> None:
    number = of_rosa(town)
    question = town.session.get_one(Request, number)
    question.state, question.answered_at = RequestState.ANSWERED, NOW
    town.commit()
    teacher = write(town.sign_in(), town, request=number)
    assert "The question has been answered or closed since." in text_of(teacher)
    assert town.rows(select(Message)) == []


def test_other_words_in_a_form_that_was_sent_are_not_swallowed(town: Town) -> None:
    teacher = write(town.sign_in(), town)
    write(teacher, town, body="Otras palabras.")
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert "This form was sent before" in text_of(teacher)
    assert "Otras palabras." in text_of(teacher)
    assert town.rows(select(Message.body)) == ["Maya trabajó muy bien hoy."]
    key = re.search(r'name="form_key" value="(\w+)"', text_of(teacher))
    assert key
    write(teacher, town, body="Otras palabras.", form_key=key[1])
    assert len(town.rows(select(Message))) == 2


def test_a_weekly_message_that_a_colleague_has_changed_is_not_ended_unseen(town: Town) -> None:
    teacher = town.sign_in()
    write(teacher, town, when="weekly", day="2026-11-24", hour="17:00", weekly_until="2026-12-15")
    [touch] = town.rows(select(Outreach.id))
    form = re.search(rf'action="/plan/{touch}/end">.*?name="seen" value="(\w+)"', teacher.get(f"/plan/{touch}").text)
    assert form
    change(town.sign_in(AccountRole.COUNSELOR), touch, body="Otras.", language_confirmed="yes", hour="17:00")
    teacher.send(f"/plan/{touch}/end", f"/plan/{touch}", seen=form[1])
    assert "changed the words while you had this open" in teacher.follow().text
    assert town.rows(select(Outreach.repeats_until)) == ["2026-12-15"]


def test_nobody_writes_to_a_strange_family_and_a_recorder_to_none(town: Town) -> None:
    assert town.sign_in().get(f"/plan/write?family={town.stranger.id}").status_code == 404
    assert town.sign_in(AccountRole.RECORDER).get(f"/plan/write?family={town.delgado.id}").status_code == 403

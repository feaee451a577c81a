"""One suggestion: read as the family will, changed, moved, approved, set aside, given away; each taken back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models import (
    Account,
    AccountRole,
    AuditEvent,
    Channel,
    Hold,
    HoldReason,
    Message,
    MessageState,
    Outreach,
    OutreachState,
)
from tests.web.conftest import Town
from tests.web.suggestions import IN_ENGLISH, WORDS, change, form_of, state, suggested, text_of
from tests.world import NOW


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


@pytest.mark.parametrize("typed", [{}, {"body": "Otras palabras.", "language_confirmed": "yes", "hour": "17:00"}])
@pytest.mark.parametrize("do", ["approve", "keep"])
def test_a_form_sent_twice_is_told_the_same_twice(town: Town, do: str, typed: dict[str, str]) -> None:
    touch, teacher = suggested(town), town.sign_in()
    form = form_of(teacher.get(f"/plan/{touch}").text, do=do, **typed)
    for _press in range(2):
        teacher.send(f"/plan/{touch}", "/account", **form)
        told = teacher.follow().text
        assert ("Approved. It leaves at its time" if do == "approve" else "Kept.") in told
        assert do == "keep" or f"/plan/{touch}/undo" in told
    trail = select(AuditEvent.action).where(AuditEvent.action.like("outreach.%"))
    assert len(town.rows(trail)) == len(set(town.rows(trail))), "no step twice"
    assert len(town.rows(select(Message))) == (do == "approve")


def test_an_approval_that_comes_again_after_the_message_has_left_is_told_so(town: Town) -> None:
    touch, teacher = suggested(town), town.sign_in()
    form = form_of(teacher.get(f"/plan/{touch}").text, do="approve")
    teacher.send(f"/plan/{touch}", "/account", **form)
    town.session.execute(update(Outreach).values(state=OutreachState.DELIVERED))
    town.session.execute(update(Message).values(state=MessageState.DELIVERED))
    town.commit()
    teacher.send(f"/plan/{touch}", "/account", **form)
    told = teacher.follow().text
    assert "Approved. It has left already." in told
    assert f"/plan/{touch}/undo" not in told


def test_other_words_in_the_form_of_what_one_has_approved_are_not_taken_for_a_repeat(town: Town) -> None:
    touch, teacher = suggested(town), town.sign_in()
    form = form_of(teacher.get(f"/plan/{touch}").text, do="approve")
    teacher.send(f"/plan/{touch}", "/account", **form)
    teacher.send(f"/plan/{touch}", "/account", **(form | {"body": "Otras.", "language_confirmed": "yes"}))
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert "You changed this in another window." in text_of(teacher)


def test_a_family_set_aside_twice_is_told_the_same_twice(town: Town) -> None:
    touch, teacher = suggested(town), town.sign_in()
    seen = form_of(teacher.get(f"/plan/{touch}").text)["seen"]
    for _press in range(2):
        teacher.send(f"/plan/{touch}/not-now", "/account", ready="outdated", seen=seen)
        assert "Set aside." in teacher.follow().text


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


def test_a_note_stands_on_paper_as_the_family_reads_it_and_everything_else_stays_off_it(town: Town) -> None:
    touch = suggested(town, channel=Channel.LETTER, address_id=None)
    page = town.sign_in(AccountRole.COUNSELOR).get(f"/plan/{touch}").text
    paper = re.search(r'<article class="paper letter"[^>]* lang="es">(.*?)</article>', page, re.DOTALL)
    assert paper
    on_paper = " ".join(re.sub("<[^>]+>", " ", paper[1]).split())

    assert on_paper == f"Lakeside High 24 de noviembre de 2026 A Rosa Delgado {WORDS}"
    assert "Give it to" in page
    assert page.count(WORDS) == 1


def test_what_is_no_note_on_paper_makes_no_letter(town: Town) -> None:
    page = town.sign_in().get(f"/plan/{suggested(town)}").text

    assert 'class="paper' not in page
    assert "no-paper" not in page

"""The safety page, for the list alone; the list, for its administrators; and the button under every contact."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models import AccountRole, AuditEvent, Contact, Initiator, OnCall, Request, SafetyAlert, SafetyOutcome
from outreach.access.guarded import KEPT
from outreach.contacts import receive_question
from outreach.contacts.questions import Question
from tests.web.colleagues import undo
from tests.web.conftest import Person, Town, town, town_postgresql, town_sqlite
from tests.world import NOW

__all__ = ["town", "town_postgresql", "town_sqlite"]
WORDS = "Rosa said: he hits her every night"
COUNSELOR, ADMINISTRATOR = AccountRole.COUNSELOR, AccountRole.ADMINISTRATOR


@pytest.fixture
def contact(town: Town) -> Contact:
    """A call that L. Alvarez noted, with a question; the counselor is on the safety list."""
    town.world.add(OnCall(school_id=town.school.id, staff_id=town.staff[COUNSELOR], phone="+13125550177"))
    made = town.world.contact(town.maya, staff_id=town.teacher.id, initiator=Initiator.FAMILY, summary=WORDS)
    asked = Question(
        family_id=town.delgado.id, words=WORDS, asked_at=NOW, contact_id=made.id, owner_staff_id=town.teacher.id
    )  # fmt: skip
    receive_question(town.session, asked, NOW)
    town.commit()
    return made


def worried(town: Town, contact: Contact, note: str = "") -> Person:
    teacher = town.sign_in()
    assert teacher.send(f"/safety/contacts/{contact.id}", note=note).status_code == 303
    return teacher


def alert(town: Town) -> SafetyAlert:
    [only] = town.rows(select(SafetyAlert))
    return only


def request_of(town: Town) -> int:
    [asked] = town.rows(select(Request))
    return asked.id


def test_every_contact_on_a_familys_page_can_be_raised_and_from_then_on_only_the_list_reads_it(
    town: Town, contact: Contact
) -> None:
    teacher = town.sign_in()
    before = teacher.get(f"/families/{town.delgado.id}").text
    assert "This worries me: tell the safety list" in before
    assert WORDS in before
    teacher.send(f"/safety/contacts/{contact.id}", note="She cried.")
    after = teacher.follow().text
    assert "The safety list is told now: L. Alvarez." in after
    assert WORDS not in after
    assert KEPT in after
    assert "This worries me" not in after
    listener = town.sign_in(COUNSELOR)
    page = listener.get("/safety").text
    assert WORDS in page
    assert "She cried." in page
    assert "is worried about this" in page
    family = listener.get(f"/families/{town.delgado.id}").text
    assert WORDS in family
    assert f'href="/safety/{alert(town).id}"' in family


def test_a_contact_of_a_family_of_others_cannot_be_raised(town: Town, contact: Contact) -> None:
    stranger = town.world.contact(town.rows(select(type(town.maya)).where(type(town.maya).given_name == "Noah"))[0])
    town.commit()
    assert town.sign_in().send(f"/safety/contacts/{stranger.id}").status_code == 404
    assert town.rows(select(SafetyAlert)) == []


def test_the_page_says_what_it_is_what_it_is_not_and_whom_to_call(town: Town, contact: Contact) -> None:
    worried(town, contact)
    page = town.sign_in(COUNSELOR).get("/safety").text
    for sentence in (
        "No list of words is complete", "report to child protective services", "This system makes no report",
        'href="tel:911"', 'href="tel:988"',
    ):  # fmt: skip
        assert sentence in page


def test_without_an_alert_it_says_how_one_comes(town: Town, contact: Contact) -> None:
    page = town.sign_in(COUNSELOR).get("/safety").text
    assert "No open alert" in page
    assert "None yet." in page


def test_a_teacher_is_told_whom_it_is_for(town: Town, contact: Contact) -> None:
    worried(town, contact)
    teacher = town.sign_in()
    assert teacher.get("/safety").status_code == 403
    assert teacher.get(f"/safety/{alert(town).id}").status_code == 404
    for act in ("take", "no-danger", "handled", "put-back", "reopen"):
        assert teacher.send(f"/safety/{alert(town).id}/{act}", note="x").status_code == 404
    assert 'href="/safety"' not in teacher.get("/account").text


def test_an_administrator_off_the_list_sees_that_alerts_are_open_and_not_what_they_say(
    town: Town, contact: Contact
) -> None:
    worried(town, contact)
    page = town.sign_in(ADMINISTRATOR).get("/safety").text
    assert "1 alert is open; the list reads it." in page
    assert WORDS not in page
    assert "Safety list of Lakeside High" in page


def test_the_frame_of_every_page_says_that_an_alert_waits_until_somebody_else_has_it(
    town: Town, contact: Contact
) -> None:
    town.world.add(OnCall(school_id=town.school.id, staff_id=town.staff[ADMINISTRATOR]))
    town.commit()
    worried(town, contact)
    listener, other = town.sign_in(COUNSELOR), town.sign_in(ADMINISTRATOR)
    assert "1 safety alert waits for you." in listener.get("/").text
    assert "safety alert waits" not in town.sign_in().get("/").text
    other.send(f"/safety/{alert(town).id}/take")
    assert "safety alert waits" not in listener.get("/").text
    assert "1 safety alert waits for you." in other.get("/").text


def test_who_comes_second_reads_who_has_it(town: Town, contact: Contact) -> None:
    town.world.add(OnCall(school_id=town.school.id, staff_id=town.staff[ADMINISTRATOR]))
    town.commit()
    worried(town, contact)
    town.sign_in(COUNSELOR).send(f"/safety/{alert(town).id}/take")
    second = town.sign_in(ADMINISTRATOR).send(f"/safety/{alert(town).id}/take")
    assert second.status_code == 422
    assert "has had it since Tuesday, 10 am" in second.text
    assert WORDS in second.text
    assert "has it" in second.text


def test_one_tap_ends_it_and_one_more_takes_that_back(town: Town, contact: Contact) -> None:
    worried(town, contact)
    listener = town.sign_in(COUNSELOR)
    assert listener.send(f"/safety/{alert(town).id}/no-danger").status_code == 303
    assert "Ended: no danger." in listener.follow().text
    assert WORDS in town.sign_in().get(f"/families/{town.delgado.id}").text
    listener.send(f"/safety/{alert(town).id}/reopen")
    assert alert(town).ended_at is None
    assert WORDS not in town.sign_in().get(f"/families/{town.delgado.id}").text


def test_handled_needs_a_note_and_stands_in_the_history_with_the_words_one_click_away(
    town: Town, contact: Contact
) -> None:
    worried(town, contact)
    listener, number = town.sign_in(COUNSELOR), alert(town).id
    refused = listener.send(f"/safety/{number}/handled", note=" ")
    assert refused.status_code == 422
    assert f'href="#note-{number}"' in refused.text
    listener.send(f"/safety/{number}/handled", note="Called the mother & the county.")
    page = listener.follow().text
    assert WORDS not in page
    assert f'href="/safety/{number}"' in page
    one = listener.get(f"/safety/{number}").text
    assert WORDS in one
    assert "Called the mother &amp; the county." in one
    assert "The words stay with the list." in one
    assert alert(town).outcome is SafetyOutcome.HANDLED


def test_put_back_is_for_the_list_to_take_anew(town: Town, contact: Contact) -> None:
    worried(town, contact)
    listener, number = town.sign_in(COUNSELOR), alert(town).id
    listener.send(f"/safety/{number}/take")
    assert "You have it" in listener.get(f"/safety/{number}").text
    listener.send(f"/safety/{number}/put-back")
    assert "Nobody has it yet." in listener.follow().text


def test_each_reading_leaves_a_line(town: Town, contact: Contact) -> None:
    worried(town, contact)
    listener = town.sign_in(COUNSELOR)
    listener.get("/safety")
    listener.get(f"/safety/{alert(town).id}")
    listener.send(f"/safety/{alert(town).id}/handled", note="")
    read = select(AuditEvent).where(AuditEvent.action == "read", AuditEvent.subject_type == "safety_alert")
    assert [line.subject_id for line in town.rows(read)] == [alert(town).id] * 3


def test_kept_words_are_not_to_be_had_by_correcting_undoing_or_closing(town: Town, contact: Contact) -> None:
    teacher = worried(town, contact)
    shown = teacher.get(f"/contacts/{contact.id}/correct")
    assert shown.status_code == 403
    assert WORDS not in shown.text
    assert teacher.send(f"/contacts/{contact.id}/undo").status_code == 403
    closed = teacher.send(f"/requests/{request_of(town)}/close", reason="Fine.")
    assert closed.status_code == 422
    assert "Only who reads its words does this" in closed.text
    assert WORDS not in closed.text
    listener = town.sign_in(COUNSELOR)
    assert listener.send(f"/requests/{request_of(town)}/close", reason="Spoke with her.").status_code == 303


def test_who_raised_an_alert_by_mistake_takes_it_back_from_the_notice(town: Town, contact: Contact) -> None:
    teacher = worried(town, contact)
    back = undo(teacher)
    assert town.sign_in(ADMINISTRATOR).send(back).status_code == 404
    teacher.send(back)
    page = teacher.follow().text
    assert "Taken back. The safety list finds it among the alerts that have ended." in page
    assert WORDS in page
    assert alert(town).outcome is SafetyOutcome.NO_DANGER
    assert "Raised by mistake, and taken back." in town.sign_in(COUNSELOR).get(f"/safety/{alert(town).id}").text


def test_of_an_alert_that_somebody_has_the_way_back_says_who(town: Town, contact: Contact) -> None:
    teacher = worried(town, contact)
    back = undo(teacher)
    town.sign_in(COUNSELOR).send(f"/safety/{alert(town).id}/take")
    teacher.send(back)
    assert "has taken this alert. Tell them that it was a mistake; they end it." in teacher.follow().text
    assert alert(town).ended_at is None


def test_a_worry_about_a_family_is_taken_back_and_a_second_word_on_it_is_not(town: Town) -> None:
    teacher, address = town.sign_in(), f"/families/{town.delgado.id}/worried"
    teacher.send(address, note="Bruises, I thought.")
    back = undo(teacher)
    teacher.send(address, note="And she cried.")
    assert "/mistake" not in teacher.follow().text
    teacher.send(back)
    assert "More was said about this since, so it stays." in teacher.follow().text
    assert alert(town).ended_at is None


def test_who_was_taken_off_the_list_is_put_back_with_the_number_that_stood_there(town: Town, contact: Contact) -> None:
    administrator, listed = town.sign_in(ADMINISTRATOR), town.staff[COUNSELOR]
    page = f"/safety/lists/{town.school.id}/{listed}"
    administrator.send(f"{page}/remove")
    assert town.rows(select(OnCall)) == []
    back = undo(administrator)
    assert "555" not in back
    for _time in range(2):
        administrator.send(back)
        assert "On the list again, as before." in administrator.follow().text
        assert [(one.staff_id, one.phone) for one in town.rows(select(OnCall))] == [(listed, "+13125550177")]
    administrator.send(f"/safety/lists/{town.school.id}", staff_id=listed, phone="(312) 555-0188")
    administrator.send(back)
    assert "again meanwhile, with another number" in administrator.follow().text
    assert town.rows(select(OnCall.phone)) == ["+13125550188"]


def test_who_took_nobody_off_puts_nobody_back(town: Town, contact: Contact) -> None:
    administrator, listed = town.sign_in(ADMINISTRATOR), town.staff[COUNSELOR]
    back = f"/safety/lists/{town.school.id}/{town.teacher.id}/put-back"
    administrator.send(back)
    assert "put this colleague on the list anew" in administrator.follow().text
    administrator.send(f"/safety/lists/{town.school.id}/{town.teacher.id}/remove")
    assert "/put-back" not in administrator.follow().text
    assert town.rows(select(OnCall.staff_id)) == [listed]
    assert town.sign_in().send(back).status_code == 403


def test_an_administrator_keeps_the_list(town: Town) -> None:
    administrator, school = town.sign_in(ADMINISTRATOR), town.school.id
    assert "Nobody is on this list yet" in administrator.get("/safety").text
    refused = administrator.send(f"/safety/lists/{school}", staff_id=town.teacher.id, phone="12345")
    assert refused.status_code == 422
    assert f'href="#phone-{school}"' in refused.text
    assert 'value="12345"' in refused.text
    administrator.send(f"/safety/lists/{school}", staff_id=town.teacher.id, phone="(312) 555-0188")
    page = administrator.follow().text
    assert 'value="(312) 555-0188"' in page
    assert "Nobody is on this list yet" not in page
    assert "1 safety alert" not in page
    administrator.send(f"/safety/lists/{school}/{town.teacher.id}/remove")
    assert town.rows(select(OnCall)) == []


@pytest.mark.parametrize("role", [AccountRole.TEACHER, COUNSELOR, AccountRole.RECORDER])
def test_nobody_else_keeps_it(town: Town, role: AccountRole) -> None:
    person, school = town.sign_in(role), town.school.id
    assert person.send(f"/safety/lists/{school}", staff_id=town.teacher.id, phone="").status_code == 403
    assert person.send(f"/safety/lists/{school}/{town.teacher.id}/remove").status_code == 403


def test_an_administrator_keeps_the_list_of_no_other_school(town: Town) -> None:
    administrator = town.sign_in(ADMINISTRATOR)
    assert administrator.send("/safety/lists/999999", staff_id=town.teacher.id, phone="").status_code == 403

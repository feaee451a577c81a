"""Families: found by any name, seen only by those who work with them, told in words a family could read."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from io import StringIO

import pytest
from sqlalchemy import event, select

from models import (
    AccessNeed,
    AccountRole,
    Address,
    AddressHealth,
    AuditEvent,
    Channel,
    ConsentSource,
    ConsentState,
    ContactPoint,
    FamilyMember,
    Guardianship,
    Hold,
    HoldReason,
    OnCall,
    SafetyAlert,
)
from outreach.delivery import record_consent
from outreach.language import said
from outreach.risk import score_families
from tests.web.conftest import Town
from tests.world import NOW


@pytest.mark.parametrize("words", ["delgado", "MAYA", "rosa del", "maya rosa"])
def test_a_family_is_found_by_the_names_of_its_people_in_any_order(town: Town, words: str) -> None:
    assert "Maya, grade 9" in town.sign_in().get("/families", query_string={"q": words}).text


def test_a_search_without_a_match_says_so(town: Town) -> None:
    assert "No family with that name" in town.sign_in().get("/families?q=100%25").text


def test_the_list_holds_the_families_one_works_with(town: Town) -> None:
    assert "Hartley" not in town.sign_in().get("/families").text
    assert "Hartley" not in town.sign_in(AccountRole.COUNSELOR).get("/families").text
    assert "Hartley" in town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR).get("/families").text


def test_the_list_goes_on_after_the_last_family_shown(town: Town) -> None:
    for number in range(60):
        town.world.family(town.world.student(town.school, family_name=f"Abel{number:02}"))
    town.commit()
    counselor = town.sign_in(AccountRole.COUNSELOR)
    first = counselor.get("/families").text
    [after] = re.findall(r"/families\?after=(\d+)", first)
    second = counselor.get(f"/families?after={after}").text

    assert "61 families" in first
    assert "Delgado" not in first
    assert "Delgado" in second
    assert len(re.findall(r"Abel\d\d</a>", first)) == 50
    assert set(re.findall(r"Abel\d\d</a>", first)).isdisjoint(re.findall(r"Abel\d\d</a>", second))
    assert "From the beginning" in second
    assert "?after=" not in second


def test_the_list_is_narrowed_by_school_grade_and_language_and_keeps_that_while_paging(town: Town) -> None:
    for number in range(52):
        child = town.world.student(town.school, family_name=f"Abel{number:02}", grade="12")
        town.world.guardian(child, given_name="Ann", language="vi-VN")
        town.world.family(child)
    town.commit()
    counselor = town.sign_in(AccountRole.COUNSELOR)
    page = counselor.get("/families?grade=12&language=vi").text

    assert "52 families" in page
    assert "grade=12&amp;language=vi" in page
    assert '<option value="vi" selected>Vietnamese</option>' in page
    assert "Delgado" in counselor.get("/families?language=es").text
    assert "No family matches" in counselor.get("/families?grade=12&language=es").text
    assert "Hillside" not in page, "only schools of one's own families"


def test_a_family_of_others_is_as_absent_as_none(town: Town) -> None:
    teacher = town.sign_in()
    answers = [teacher.get(f"/families/{number}") for number in (town.stranger.id, 999_999)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "Hartley" not in answers[0].text


def test_reading_a_family_leaves_a_line_with_the_reason(town: Town) -> None:
    page = town.sign_in().get(f"/families/{town.delgado.id}")

    assert "L. Alvarez teaches Maya in Algebra I" in page.text
    [line] = town.rows(select(AuditEvent).where(AuditEvent.action == "read"))
    assert (line.subject_type, line.subject_id) == ("family", town.delgado.id)
    assert said(line.granted_because) == "teaches Maya in Algebra I"


def test_a_teacher_reads_the_reason_a_counselor_the_points_too_and_a_recorder_neither(town: Town) -> None:
    town.world.mark(town.maya, 58)
    score_families(town.session, NOW)
    town.commit()
    address = f"/families/{town.delgado.id}"
    teacher, counselor, recorder = (
        town.sign_in(role).get(address).text
        for role in (AccountRole.TEACHER, AccountRole.COUNSELOR, AccountRole.RECORDER)
    )

    assert "58%" in teacher
    assert 'class="band' not in teacher
    assert 'class="band high"' in counselor
    assert "Where the points come from · what they are not" in counselor
    assert "NHES:2019" in counselor
    assert "58%" not in recorder
    assert "Hear from us" not in recorder
    for page in (teacher, counselor, recorder):
        assert "etractor" not in page
        assert " risk" not in page.lower().replace("risk queue", "")


def test_the_strip_says_in_words_what_it_draws(town: Town) -> None:
    town.world.contact(town.maya, initiator="family", channel="email", outcome="delivered")
    town.commit()
    page = town.sign_in().get("/families").text

    assert 'role="img" aria-label="Since August: the family spoke first once, the school never.' in page


def test_a_held_family_says_whom_to_ask_and_offers_no_call(town: Town) -> None:
    town.world.add(
        Hold(
            family_id=town.delgado.id, reason=HoldReason.BEREAVEMENT, from_at=NOW, note="Her father.",
            ask_staff_id=town.staff[AccountRole.COUNSELOR],
        )
    )  # fmt: skip
    town.commit()
    address = f"/families/{town.delgado.id}"
    teacher, counselor = (town.sign_in(role).get(address).text for role in (AccountRole.TEACHER, AccountRole.COUNSELOR))

    assert "On hold: ask L. Alvarez before you write or call." in teacher
    assert "ereavement" not in teacher
    assert "Her father" not in teacher
    assert "tel:+1312" not in teacher
    assert "/plan/write" not in teacher
    assert "Bereavement: Her father." in counselor
    assert "tel:+1312" in counselor
    assert "End the hold" in counselor
    assert "End the hold" not in teacher


def test_a_counselor_puts_a_family_on_hold_and_takes_it_back(town: Town) -> None:
    counselor = town.sign_in(AccountRole.COUNSELOR)
    form = f"/families/{town.delgado.id}/hold"
    refused = counselor.send(form, form, reason="", note="A note that stays", last_day="2026-01-01")
    assert refused.status_code == 422
    assert "A note that stays" in refused.text
    assert "Choose why" in refused.text

    counselor.send(form, form, reason="crisis", note="Mother in hospital", last_day="2026-12-01")
    page = counselor.follow().text
    assert "Nothing goes out until it ends." in page
    assert "Crisis: Mother in hospital" in page
    [hold] = town.rows(select(Hold))
    assert (hold.family_id, hold.placed_by is not None) == (town.delgado.id, True)
    counselor.send(f"/families/{town.delgado.id}/holds/{hold.id}/take-back")
    assert "On hold: ask" not in counselor.follow().text
    assert town.sign_in().get(form).status_code == 403


def test_a_hold_is_ended_and_put_back(town: Town) -> None:
    hold = town.world.add(Hold(family_id=town.delgado.id, reason=HoldReason.COURT, from_at=NOW - timedelta(days=2)))
    town.commit()
    counselor = town.sign_in(AccountRole.COUNSELOR)
    counselor.send(f"/families/{town.delgado.id}/holds/{hold.id}/end")
    page = counselor.follow().text
    assert "The hold has ended." in page
    assert "The hold ended." in page
    assert f"/families/{town.delgado.id}/holds/{hold.id}/put-back" in page
    counselor.send(f"/families/{town.delgado.id}/holds/{hold.id}/put-back")
    assert "On hold: ask your administrator" in counselor.follow().text
    assert town.sign_in().send(f"/families/{town.delgado.id}/holds/{hold.id}/end").status_code == 403


def test_a_guardian_who_may_not_be_contacted_is_named_as_such_without_an_address(town: Town) -> None:
    luis = town.world.guardian(given_name="Luis")
    town.world.add(Guardianship(student_id=town.maya.id, guardian_id=luis.id, may_contact=False))
    town.world.phone(luis, "+13125559999")
    town.commit()
    page = town.sign_in().get(f"/families/{town.delgado.id}").text

    assert "Luis may not be contacted about Maya." in page
    assert "555-9999" not in page


def test_words_of_a_family_are_shown_as_words(town: Town) -> None:
    town.world.contact(town.maya, staff_id=town.teacher.id, summary="<script>alert(1)</script> & more")
    town.commit()
    page = town.sign_in().get(f"/families/{town.delgado.id}").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page


def test_each_address_says_what_may_be_done_with_it_or_why_not(town: Town) -> None:
    luis = town.world.guardian(town.maya, given_name="Luis", access_need=AccessNeed.TEXT_ONLY)
    town.world.phone(luis, "+13125550001", health=AddressHealth.DEAD, health_reason="It came back.")
    town.world.phone(luis, "+13125550002")
    landline = town.world.phone(luis, "+13125550003")
    town.session.query(ContactPoint).filter_by(address_id=landline.id).one().texts = False
    barred = town.world.guardian(given_name="Ana")
    town.world.add(
        Guardianship(student_id=town.maya.id, guardian_id=barred.id, may_contact=False, restriction_note="Order 12.")
    )
    shared = town.world.email(luis, "shared@example.org")
    town.world.add(ContactPoint(guardian_id=barred.id, address_id=shared.id))
    record_consent(
        town.session, town.session.scalars(select(Address.id).where(Address.value == "+13125550002")).one(),
        Channel.SMS, ConsentState.OUT, ConsentSource.FAMILY_WROTE, NOW,
    )  # fmt: skip
    town.commit()
    page = town.sign_in(AccountRole.COUNSELOR).get(f"/families/{town.delgado.id}").text

    assert "This number no longer works." in page
    assert "It came back." in page
    assert "tel:+13125550001" not in page
    assert "tel:+13125550002" in page
    assert "no more texts: the family wrote it" in page
    assert "Calls only: this number gets no texts." in page
    assert "Also reaches a person who may not be told: do not use it." in page
    assert "Text only: do not call." in page
    assert "Ana may not be contacted about Maya." in page
    assert "For staff only: Order 12." in page
    assert f"way={luis.id}-" not in page, "no address of Luis may be written to"


def test_the_conversation_is_filtered_by_links_that_paging_keeps(town: Town) -> None:
    for number in range(40):
        town.world.contact(
            town.maya, channel="phone" if number % 2 else "email", summary=f"number {number}.",
            occurred_at=NOW - timedelta(hours=number),
        )  # fmt: skip
    town.commit()
    teacher = town.sign_in()
    address = f"/families/{town.delgado.id}"
    first = teacher.get(address).text
    calls = teacher.get(f"{address}?show=calls").text

    assert "Earlier (40 in all)" in first
    assert "number 1." in calls
    assert "number 2." not in calls
    assert f"{address}?show=calls&amp;began=us" in calls
    [older] = re.findall(rf'href="({address}\?[^"]*before=[^"]*)"', first)
    back = teacher.get(older.replace("&amp;", "&").split("#")[0]).text
    assert "number 39." in back
    assert "number 1." not in back
    assert "Newest" in back
    assert "Nothing of that kind" in teacher.get(f"{address}?show=calls&began=family").text
    assert teacher.get(f"{address}?show=weather&child=999999&began=7").status_code == 200
    assert teacher.get(f"{address}?before=nonsense").status_code == 404


@pytest.mark.parametrize("contacts", [3, 60])
def test_a_family_page_takes_the_same_statements_however_much_was_said(town: Town, contacts: int) -> None:
    for number in range(contacts):
        town.world.contact(town.maya, occurred_at=NOW - timedelta(days=number % 30, hours=number))
    town.commit()
    person = town.sign_in()
    person.get(f"/families/{town.delgado.id}")
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with town.app.app_context():
        engine = town.app.extensions["sqlalchemy"].engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert person.get(f"/families/{town.delgado.id}").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert len(statements) < 110


def test_marks_are_drawn_with_a_sentence_and_a_table_and_only_for_who_may_see_them(town: Town) -> None:
    sister = town.world.student(town.school, given_name="Ana")
    town.world.add(FamilyMember(family_id=town.delgado.id, student_id=sister.id, from_on=date(2026, 8, 17)))
    for student, percent in ((town.maya, 58), (town.maya, 62), (sister, 91), (sister, 93)):
        town.world.mark(student, percent)
    town.commit()
    teacher, counselor, recorder = (
        town.sign_in(role).get(f"/families/{town.delgado.id}").text
        for role in (AccountRole.TEACHER, AccountRole.COUNSELOR, AccountRole.RECORDER)
    )

    assert 'role="img" aria-label="Math: 60%, below average. 2 marks this year' in teacher
    assert "Show the marks as a table" in teacher
    assert "Only the children you work with are shown." in teacher
    assert "92%" not in teacher
    assert "Math: 92%, above average." in counselor
    assert "Days absent are not known here." in counselor
    assert "Math: " not in recorder


def test_what_was_changed_of_a_contact_is_told_before_and_after(town: Town) -> None:
    contact = town.world.contact(town.maya, staff_id=town.teacher.id, summary="The first note.")
    town.commit()
    teacher = town.sign_in()
    page = f"/contacts/{contact.id}/correct"
    teacher.send(
        page, page, channel="phone", began="me", outcome="left_message", summary="The second note.",
        day="2026-11-17", clock="10:00", guardian_id="", student_ids=town.maya.id,
    )  # fmt: skip
    assert "Corrected" in teacher.follow().text
    history = teacher.get(f"/families/{town.delgado.id}/contacts/{contact.id}/history").text

    assert "The first note." in history
    assert "The second note." in history
    assert "Left a message" in history
    assert "L. Alvarez" in history
    assert teacher.get(f"/families/{town.stranger.id}/contacts/{contact.id}/history").status_code == 404
    assert teacher.get(f"/families/{town.delgado.id}/contacts/999999/history").status_code == 404


def test_worried_about_a_family_tells_the_list_and_shows_the_words_to_it_alone(town: Town) -> None:
    town.world.add(OnCall(school_id=town.school.id, staff_id=town.staff[AccountRole.COUNSELOR]))
    town.commit()
    teacher = town.sign_in()
    form = f"/families/{town.delgado.id}/worried"
    assert "This system makes no report." in teacher.get(form).text
    assert teacher.send(form, form, note="  ").status_code == 422
    teacher.send(form, form, note="Bruises again, on Monday.")
    assert "The safety list is told now: L. Alvarez." in teacher.follow().text
    [alert] = town.rows(select(SafetyAlert))

    assert (alert.family_id, alert.contact_id, alert.school_id) == (town.delgado.id, None, town.school.id)
    assert "Bruises again" in town.sign_in(AccountRole.COUNSELOR).get(f"/safety/{alert.id}").text
    assert teacher.get(f"/safety/{alert.id}").status_code == 404
    assert "Bruises" not in teacher.get(f"/families/{town.delgado.id}").text
    teacher.send(form, form, note="And on Tuesday.")
    assert len(town.rows(select(SafetyAlert))) == 1


def test_one_student_s_contacts_are_printed_and_saved_and_both_leave_a_line(town: Town) -> None:
    town.world.contact(town.maya, staff_id=town.teacher.id, summary="=HYPERLINK(1) she is doing well")
    town.world.mark(town.maya, 58)
    town.commit()
    teacher = town.sign_in()
    address = f"/families/{town.delgado.id}/print"
    assert "Show the sheet" in teacher.get(address).text
    paper = teacher.get(f"{address}?student={town.maya.id}").text
    table = teacher.get(f"{address}.csv?student={town.maya.id}")

    assert "Contacts about Maya Delgado" in paper
    assert "1 contact ·" in paper
    assert "Printed Tue 24 Nov, 10 am by L. Alvarez" in paper
    assert "Not known: attendance is not in this system." in paper
    assert "rosa" not in paper.lower().split("<article")[1].replace("rosa delgado", ""), "no address of anybody"
    rows = list(csv.reader(StringIO(table.text.lstrip("\ufeff"))))
    assert rows[0][0] == "What"
    assert rows[1][-1] == "'=HYPERLINK(1) she is doing well"
    assert table.headers["Content-Disposition"].endswith('.csv"')
    lines = town.rows(select(AuditEvent).where(AuditEvent.subject_type == "student").order_by(AuditEvent.id))
    assert [(line.action, line.subject_id) for line in lines] == [("print", town.maya.id), ("export", town.maya.id)]
    assert lines[0].detail is not None
    assert lines[0].detail["contacts"] == 1


def test_a_day_that_cannot_be_read_stays_in_the_form_with_its_sentence(town: Town) -> None:
    answer = town.sign_in().get(f"/families/{town.delgado.id}/print?student={town.maya.id}&from=yesterday")
    assert answer.status_code == 422
    assert "write it like 2026-11-24" in answer.text
    assert 'value="yesterday"' in answer.text
    assert town.sign_in().get(f"/families/{town.stranger.id}/print").status_code == 404


def test_the_whole_page_speaks_spanish(town: Town) -> None:
    town.world.mark(town.maya, 58)
    town.world.contact(town.maya, initiator="family", channel="email", outcome="delivered", summary="Hello")
    score_families(town.session, NOW)
    town.commit()
    counselor = town.sign_in(AccountRole.COUNSELOR)
    page = counselor.get(f"/families/{town.delgado.id}", headers={"Accept-Language": "es"}).text

    assert "Familia Delgado" in page
    assert "Desde agosto: la familia habló primero una vez, la escuela nunca." in page
    assert "Maya: Matemáticas 58% el 9 nov, no aprueba." in page
    assert "Lo ve usted porque" in page
    for english in ("Hear from us", "What was said", "Who they are", "first to speak", "Log a contact", "Since "):
        assert english not in page, english

"""Families: found by any name, seen only by those who work with them, told in words a family could read."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models import AccountRole, AuditEvent, Hold, HoldReason
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


def test_the_list_turns_its_pages(town: Town) -> None:
    for number in range(60):
        town.world.family(town.world.student(town.school, family_name=f"Abel{number:02}"))
    town.commit()
    counselor = town.sign_in(AccountRole.COUNSELOR)

    assert "Page 1 of 2" in counselor.get("/families").text
    assert "Delgado" in counselor.get("/families?page=2").text
    assert "Page 2 of 2" in counselor.get("/families?page=99").text


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
    assert line.granted_because == "teaches Maya in Algebra I"


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


def test_a_held_family_says_whom_to_ask(town: Town) -> None:
    town.world.add(
        Hold(family_id=town.delgado.id, reason=HoldReason.BEREAVEMENT, from_at=NOW, ask_staff_id=town.teacher.id)
    )
    town.commit()
    page = town.sign_in(AccountRole.COUNSELOR).get(f"/families/{town.delgado.id}").text

    assert "On hold: ask L. Alvarez" in page
    assert "bereavement" not in page


def test_a_guardian_who_may_not_be_contacted_is_named_as_such_without_an_address(town: Town) -> None:
    luis = town.world.guardian(given_name="Luis")
    from models import Guardianship  # noqa: PLC0415

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

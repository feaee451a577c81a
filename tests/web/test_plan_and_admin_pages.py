"""The plan, what leaves, and what administrators decide."""

from __future__ import annotations

import re

from sqlalchemy import select

from models import (
    Account,
    AccountRole,
    Authored,
    Channel,
    DeliveryStop,
    District,
    Message,
    Outreach,
    OutreachState,
    School,
)
from tests.web.conftest import Person, Town
from tests.world import NOW


def write(person: Person, town: Town, **fields: object) -> Person:
    page = f"/plan/write?family={town.delgado.id}"
    ways = re.findall(r'name="way" id="[^"]+" value="(\d+-sms)"', person.get(page).text)
    form = {
        "family": town.delgado.id, "form_key": "one-form", "way": ways[0], "body": "Maya trabajó muy bien hoy.",
        "when": "now", "language_confirmed": "yes", **fields,
    }  # fmt: skip
    person.send("/plan/write", page, **form)
    return person


def test_a_text_written_by_hand_goes_to_the_outbox_once_and_can_be_taken_back(town: Town) -> None:
    teacher = town.sign_in()
    write(write(teacher, town), town)
    undo = re.search(r'action="(/plan/\d+/undo)"', teacher.follow().text)
    assert len(town.rows(select(Message))) == 1
    assert undo
    teacher.send(undo[1])

    assert town.rows(select(Outreach.state)) == [OutreachState.CANCELLED]


def test_a_text_for_later_goes_at_that_time_by_the_family_s_clock(town: Town) -> None:
    write(town.sign_in(), town, when="later", local_time="2026-11-30T17:00")

    assert town.rows(select(Outreach.local_time)) == ["2026-11-30T17:00"]
    assert town.rows(select(Outreach.authored)) == [Authored.WRITTEN]


def test_what_is_missing_in_a_message_is_said_and_what_was_written_stays(town: Town) -> None:
    teacher = town.sign_in()
    write(teacher, town, when="weekly", local_time="", weekly_until="", body="Long words.")
    assert teacher.last is not None
    assert teacher.last.status_code == 422
    assert "Long words." in teacher.last.text
    assert "Say when it should go." in teacher.last.text
    assert "Say until when" in teacher.last.text
    write(teacher, town, body="Good work today.", language_confirmed=None)

    assert teacher.last.status_code == 422
    assert "reads another language" in teacher.last.text
    assert town.rows(select(Message)) == []


def test_an_empty_plan_says_so(town: Town) -> None:
    assert "Nothing planned" in town.sign_in().get("/plan").text


def test_nobody_writes_to_a_strange_family_and_a_recorder_to_none(town: Town) -> None:
    assert town.sign_in().get(f"/plan/write?family={town.stranger.id}").status_code == 404
    assert town.sign_in(AccountRole.RECORDER).get(f"/plan/write?family={town.delgado.id}").status_code == 403


def test_an_administrator_gives_a_suggestion_that_has_nobody_to_a_colleague_of_the_school(town: Town) -> None:
    touch = town.world.add(
        Outreach(
            family_id=town.delgado.id, student_id=town.maya.id, rule="goal", slot="2026-W48", evidence={},
            channel=Channel.PHONE, language="en", state=OutreachState.SUGGESTED, created_at=NOW,
        )
    ).id  # fmt: skip
    elsewhere = town.world.staff(town.world.school(name="Elsewhere"), display_name="N. Oakley").id
    town.commit()
    administrator = town.sign_in(AccountRole.ADMINISTRATOR)
    administrator.send(f"/plan/{touch}/give", f"/plan/{touch}", staff_id=elsewhere)
    assert "works at this child" in administrator.follow().text
    assert town.rows(select(Outreach.staff_id)) == [None]
    administrator.send(f"/plan/{touch}/give", f"/plan/{touch}", staff_id=town.teacher.id)
    assert "has it now" in administrator.follow().text
    assert town.rows(select(Outreach.staff_id)) == [town.teacher.id]
    assert town.sign_in().get(f"/plan/{touch}").status_code == 200


def test_a_suggestion_is_given_away_by_administrators_only(town: Town) -> None:
    teacher = town.sign_in()
    teacher.send("/plan/1/give", staff_id=town.teacher.id)
    assert teacher.last is not None
    assert teacher.last.status_code == 403


def test_today_without_anybody_says_that_there_is_no_quota(town: Town) -> None:
    page = town.sign_in().get("/").text

    assert "Good morning, L. Alvarez" in page
    assert "There is no quota" in page


def test_a_recorder_s_day_begins_with_finding_a_family(town: Town) -> None:
    assert "Find the family that called" in town.sign_in(AccountRole.RECORDER).get("/").text


def test_the_sandbox_outbox_is_for_administrators(town: Town) -> None:
    assert "Nothing has left yet" in town.sign_in(AccountRole.ADMINISTRATOR).get("/admin/sandbox").text
    assert town.sign_in().get("/admin/sandbox").status_code == 403


def test_the_district_says_why_it_may_write(town: Town) -> None:
    head = town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR)
    head.send("/admin/consent-basis", "/admin", words=" ")
    assert head.last is not None
    assert head.last.status_code == 422
    head.send("/admin/consent-basis", "/admin", words="The enrollment form of 2026 says so.")

    assert town.rows(select(District.consent_basis)) == ["The enrollment form of 2026 says so."]
    assert town.sign_in(AccountRole.ADMINISTRATOR).client.get("/admin").text.count("Why the district may write") == 0


def test_stop_everything_is_one_button_for_a_school_and_everybody_reads_it(town: Town) -> None:
    administrator = town.sign_in(AccountRole.ADMINISTRATOR)
    administrator.send("/admin/stop", "/admin", school_id=town.school.id, why="The phone list is being checked")
    assert "The phone list is being checked" in town.sign_in().get("/families").text
    assert len(town.rows(select(DeliveryStop).where(DeliveryStop.resumed_at.is_(None)))) == 1
    administrator.send("/admin/resume", "/admin", school_id=town.school.id)

    assert "phone list" not in town.sign_in().get("/families").text


def test_a_school_s_administrator_stops_neither_the_district_nor_another_school(town: Town) -> None:
    administrator = town.sign_in(AccountRole.ADMINISTRATOR)
    [other] = town.rows(select(School).where(School.name == "Hillside High"))
    for school_id in ("", other.id):
        administrator.send("/admin/stop", "/admin", school_id=school_id, why="x")
        assert administrator.last is not None
        assert administrator.last.status_code == 403

    assert town.rows(select(DeliveryStop)) == []


def test_colleagues_are_invited_from_the_roster_with_a_link_each(town: Town) -> None:
    town.world.staff(town.school, email="new.colleague@example.org")
    town.commit()
    head = town.sign_in(AccountRole.DISTRICT_ADMINISTRATOR)
    head.send("/admin/invite", "/admin")
    assert "1 invited" in head.follow().text

    [letter] = town.rows(select(Message))
    assert letter.to_value == "new.colleague@example.org"
    assert re.search(r"http://127.0.0.1:8000/reset/\S+", letter.body)


def test_an_administrator_ends_a_sign_in_on_every_device_but_not_her_own(town: Town) -> None:
    teacher, administrator = town.sign_in(), town.sign_in(AccountRole.ADMINISTRATOR)
    ids = {account.email: account.id for account in town.rows(select(Account))}
    administrator.send(f"/admin/accounts/{ids['teacher@example.org']}", "/admin", active="no")
    assert teacher.get("/families").status_code == 302
    administrator.send(f"/admin/accounts/{ids['administrator@example.org']}", "/admin", active="no")
    assert administrator.last is not None

    assert administrator.last.status_code == 403


def test_the_log_of_a_school_counts_from_a_day_on(town: Town) -> None:
    town.sign_in(AccountRole.ADMINISTRATOR).send(f"/admin/log-began/{town.school.id}", "/admin", day="2026-09-01")

    assert str(town.rows(select(School.log_began).where(School.id == town.school.id))[0]) == "2026-09-01"

"""The form as it opens: whom and how by what worked last, nobody who may not be contacted, and never the outcome."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models import Channel, Contact, Guardian, Guardianship, Outcome, Purpose, Topic
from tests.web.conftest import Person, Town

CHECKED = re.compile(r'<input type="(?:radio|checkbox)" name="(\w+)" id="[^"]*" value="([^"]*)" checked')


@pytest.fixture
def luis(town: Town) -> Guardian:
    """A second parent, so that there is somebody to choose from."""
    made = town.world.guardian(town.maya, given_name="Luis")
    town.commit()
    return made


def rosa(town: Town) -> Guardian:
    return town.rows(select(Guardian).where(Guardian.given_name == "Rosa"))[0]


def preset(person: Person, town: Town, more: str = "") -> dict[str, str]:
    """What is tapped already when the form opens."""
    page = person.get(f"/contacts/new?family={town.delgado.id}{more}").text
    return dict(CHECKED.findall(page))


def test_the_outcome_is_nobody_s_to_guess(town: Town, luis: Guardian) -> None:
    tapped = preset(town.sign_in(), town)
    assert "outcome" not in tapped
    assert tapped["channel"] == "phone"
    assert tapped["began"] == "me"


def test_guardian_and_channel_are_those_that_worked_last(town: Town, luis: Guardian) -> None:
    town.world.contact(town.maya, guardian_id=luis.id, channel=Channel.SMS, outcome=Outcome.REPLIED)
    town.commit()
    tapped = preset(town.sign_in(), town, f"&student={town.maya.id}")
    assert (tapped["guardian_id"], tapped["channel"]) == (str(luis.id), "sms")


def test_whom_and_how_the_link_names_comes_first(town: Town, luis: Guardian) -> None:
    town.world.contact(town.maya, guardian_id=luis.id, channel=Channel.SMS, outcome=Outcome.REPLIED)
    town.commit()
    tapped = preset(town.sign_in(), town, f"&guardian={rosa(town).id}&channel=in_person")
    assert (tapped["guardian_id"], tapped["channel"]) == (str(rosa(town).id), "in_person")


def test_a_guardian_who_may_not_be_contacted_is_never_preset_not_even_by_a_link(town: Town, luis: Guardian) -> None:
    link = town.session.scalars(select(Guardianship).where(Guardianship.guardian_id == luis.id)).one()
    link.may_contact = False
    town.world.contact(town.maya, guardian_id=luis.id, channel=Channel.SMS, outcome=Outcome.REPLIED)
    town.commit()
    page = town.sign_in()
    for more in ("", f"&guardian={luis.id}", "&like=last"):
        assert preset(page, town, more)["guardian_id"] == str(rosa(town).id), more
    assert "Luis may not be contacted about Maya" in page.get(f"/contacts/new?family={town.delgado.id}").text


def test_same_as_last_time_fills_whom_how_and_about_what(town: Town, luis: Guardian) -> None:
    teacher = town.sign_in()
    assert "Same as last time" not in teacher.get(f"/contacts/new?family={town.delgado.id}").text
    town.world.contact(
        town.maya, guardian_id=luis.id, channel=Channel.EMAIL, outcome=Outcome.SENT, staff_id=town.teacher.id,
        topic=Topic.ACADEMICS, purpose=Purpose.PRAISE,
    )  # fmt: skip
    town.commit()
    page = teacher.get(f"/contacts/new?family={town.delgado.id}").text
    assert "Same as last time: e-mail, Luis Delgado, School work, Something good" in page
    again = teacher.get(f"/contacts/new?family={town.delgado.id}&like=last").text
    tapped = dict(CHECKED.findall(again))
    assert (tapped["guardian_id"], tapped["channel"]) == (str(luis.id), "email")
    assert '<option value="academics" selected>' in again
    assert '<option value="praise" selected>' in again


def test_the_question_is_ticked_only_where_the_link_named_it(town: Town) -> None:
    asked = town.world.request(town.delgado, town.school, owner_staff_id=town.teacher.id)
    town.commit()
    teacher = town.sign_in()
    box = re.compile(r'name="answers_request_id" value="\d+" data-on="reached replied delivered"( checked)?>')
    for more, ticked in (("", None), (f"&request={asked.id}", " checked")):
        found = box.search(teacher.get(f"/contacts/new?family={town.delgado.id}{more}").text)
        assert found
        assert found[1] == ticked


def test_a_guardian_with_a_number_can_be_called_from_the_form(town: Town) -> None:
    page = town.sign_in().get(f"/contacts/new?family={town.delgado.id}").text
    assert 'href="tel:+1312555' in page
    assert "You called Rosa Delgado" in page


def test_the_language_and_the_interpreter_are_kept_and_stay_in_a_correction(town: Town) -> None:
    teacher = town.sign_in()
    page = f"/contacts/new?family={town.delgado.id}"
    fields = {"family_id": town.delgado.id, "channel": "phone", "began": "me", "outcome": "reached"}
    teacher.send("/contacts/new", page, **fields, language="es", interpreter="yes")
    [contact] = town.rows(select(Contact))
    assert (contact.language, contact.interpreter) == ("es", True)
    assert '<option value="es" selected>Spanish' in teacher.get(f"/contacts/{contact.id}/correct").text


@pytest.mark.parametrize(
    ("typed", "happened"),
    [
        ({}, datetime(2026, 11, 24, 16, 0, tzinfo=UTC)),
        ({"age": "7200"}, datetime(2026, 11, 24, 14, 0, tzinfo=UTC)),
        ({"age": "72000", "clock": "13:30"}, datetime(2026, 11, 23, 19, 30, tzinfo=UTC)),
        ({"age": "72000", "day": "2026-11-20"}, datetime(2026, 11, 20, 18, 0, tzinfo=UTC)),
        ({"age": "99999999"}, datetime(2026, 11, 24, 16, 0, tzinfo=UTC)),
        ({"age": "-60"}, datetime(2026, 11, 24, 16, 0, tzinfo=UTC)),
        ({"age": "soon"}, datetime(2026, 11, 24, 16, 0, tzinfo=UTC)),
    ],
)
def test_a_contact_happened_when_it_was_saved_on_the_phone_not_when_the_network_came_back(
    town: Town, typed: dict[str, str], happened: datetime
) -> None:
    """NOW is Tuesday, 10:00 in Chicago; 72,000 seconds before it was Monday, 14:00."""
    fields = {"family_id": town.delgado.id, "channel": "phone", "began": "me", "outcome": "reached"}
    town.sign_in().send("/contacts/new", f"/contacts/new?family={town.delgado.id}", **fields, **typed)
    assert [contact.occurred_at for contact in town.rows(select(Contact))] == [happened]


def test_the_only_adult_stands_to_be_chosen_where_nobody_is_preset_or_there_are_limits(town: Town) -> None:
    teacher, page = town.sign_in(), f"/contacts/new?family={town.delgado.id}"
    assert "With <b>Rosa Delgado</b>" in teacher.get(page).text
    link = town.session.scalars(select(Guardianship).where(Guardianship.guardian_id == rosa(town).id)).one()
    for name, value in (("may_contact", False), ("emergency_only", True), ("holds_rights", False)):
        before = getattr(link, name)
        setattr(link, name, value)
        town.commit()
        shown = teacher.get(page).text
        assert "With <b>Rosa Delgado</b>" not in shown, name
        assert f'type="radio" name="guardian_id" id="guardian-first" value="{rosa(town).id}"' in shown, name
        assert re.search('name="guardian_id" id="guardian-other"', shown), name
        setattr(link, name, before)


def test_a_language_that_no_list_has_stays_in_a_correction(town: Town) -> None:
    contact = town.world.contact(town.maya, staff_id=town.teacher.id, language="mix")
    town.commit()
    assert '<option value="mix" selected>' in town.sign_in().get(f"/contacts/{contact.id}/correct").text

"""What a browser needs to keep a contact without a network and to send it once: plain answers, a ticket, a shell."""

from __future__ import annotations

import re
from typing import cast

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from models import AccountRole, AuditEvent, Channel, Contact, Guardian, Outcome, OutreachState, Request, RequestState
from models import Outreach as Touch
from tests.web.conftest import Person, Town
from tests.world import NOW

JSON = {"Accept": "application/json"}


def ticket(person: Person) -> dict[str, str]:
    return cast("dict[str, str]", person.client.get("/contacts/ticket", headers=JSON).json)


def send(
    person: Person, town: Town, address: str = "/contacts/new", token: str | None = None, **fields: object
) -> TestResponse:
    """As the script does."""
    form = {
        "family_id": town.delgado.id, "client_key": "kept-1", "channel": "phone", "began": "me", "outcome": "reached",
        "guardian_id": town.rows(select(Guardian.id).order_by(Guardian.id))[0], **fields,
    }  # fmt: skip
    headers = {**JSON, "X-CSRFToken": ticket(person)["csrf"] if token is None else token}
    return person.client.post(address, data=form, headers=headers)


def test_two_copies_of_one_contact_are_one_and_both_are_told_that_it_is_stored(town: Town) -> None:
    teacher = town.sign_in()
    first, second = send(teacher, town), send(teacher, town)
    [contact] = town.rows(select(Contact))
    for answer in (first, second):
        assert answer.status_code == 200
        assert answer.json is not None
        assert answer.json["contact"] == contact.id
        assert answer.json["url"] == f"/families/{town.delgado.id}"
        assert answer.json["undo"] == f"/contacts/{contact.id}/undo"
    assert len(town.rows(select(AuditEvent).where(AuditEvent.action == "log_contact"))) == 1


def test_a_copy_that_comes_after_the_undo_does_not_bring_it_back(town: Town) -> None:
    teacher = town.sign_in()
    send(teacher, town)
    [contact] = town.rows(select(Contact))
    teacher.send(f"/contacts/{contact.id}/undo")
    again = send(teacher, town)
    assert again.json is not None
    assert again.json["said"] == "This was saved before, and undone since."
    assert [one.voided_at is None for one in town.rows(select(Contact))] == [False]


def test_what_waited_on_a_device_is_told_of_there_and_in_no_notice_of_a_page(town: Town) -> None:
    teacher = town.sign_in()
    assert send(teacher, town, waited="yes", age="60").status_code == 200
    assert "Saved:" not in teacher.get("/").text
    send(teacher, town, client_key="kept-2")
    assert "Saved: phone with Rosa Delgado, reached." in teacher.get("/").text


def test_a_refusal_says_what_is_wrong_with_which_field(town: Town) -> None:
    refused = send(town.sign_in(), town, outcome="delivered")
    assert refused.status_code == 422
    assert refused.json is not None
    [problem] = refused.json["problems"]
    assert problem["field"] == "outcome-reached"
    assert "does not fit a phone call" in problem["sentence"]
    assert town.rows(select(Contact)) == []


def test_another_s_family_a_stale_token_and_nobody_signed_in_are_told_apart(town: Town) -> None:
    teacher = town.sign_in()
    elsewhere = send(teacher, town, family_id=town.stranger.id)
    assert elsewhere.status_code == 404
    assert elsewhere.json == {
        "problems": [{"field": "", "sentence": "There is no such family, or you do not work with it."}]
    }
    stale = send(teacher, town, token="of-yesterday")
    assert (stale.status_code, stale.json) == (400, {"stale": True})
    nobody = town.visitor().get("/contacts/ticket", headers=JSON)
    assert nobody.status_code == 401
    assert town.rows(select(Contact)) == []


def test_a_stale_page_is_told_in_words_where_no_script_asks(town: Town) -> None:
    page = town.sign_in().client.post("/contacts/new", data={"family_id": town.delgado.id})
    assert page.status_code == 400
    assert "open for too long" in page.text


def test_a_ticket_tells_accounts_apart_and_not_who_they_are(town: Town) -> None:
    teacher, counselor = ticket(town.sign_in()), ticket(town.sign_in(AccountRole.COUNSELOR))
    assert teacher["account"] != counselor["account"]
    assert teacher["account"] == ticket(town.sign_in())["account"]
    page = town.sign_in().get(f"/contacts/new?family={town.delgado.id}").text
    assert f'data-mark="{teacher["account"]}"' in page


def test_one_tap_after_a_call_is_a_contact_with_whom_and_what_came_of_it(town: Town) -> None:
    asked = town.world.request(town.delgado, town.school, owner_staff_id=town.teacher.id)
    town.commit()
    teacher = town.sign_in()
    fields = {"channel": None, "began": None, "next": "/requests", "answers_request_id": asked.id}
    teacher.send(
        "/contacts/quick", "/account", family_id=town.delgado.id, outcome="no_answer", client_key="a-call", **fields
    )
    assert teacher.last is not None
    assert teacher.last.headers["Location"] == "/requests"
    page = teacher.follow().text
    assert "The family’s question stays open" in page
    assert re.search(r'action="/contacts/\d+/undo\?next=/requests"', page)
    [contact] = town.rows(select(Contact))
    assert (contact.outcome, contact.staff_id) == (Outcome.NO_ANSWER, town.teacher.id)
    assert [one.state for one in town.rows(select(Request))] == [RequestState.OPEN]
    teacher.send(
        "/contacts/quick", "/account", family_id=town.delgado.id, outcome="reached", client_key="b-call", **fields
    )
    assert [one.state for one in town.rows(select(Request))] == [RequestState.ANSWERED]


def test_a_call_that_nobody_answered_leaves_its_suggestion_for_another_try(town: Town) -> None:
    touch = town.world.add(
        Touch(
            family_id=town.delgado.id, staff_id=town.teacher.id, channel=Channel.PHONE, rule="goal", slot="2026-W48",
            evidence={}, created_at=NOW,
        )
    )  # fmt: skip
    town.commit()
    teacher = town.sign_in()
    states = select(Touch.state).where(Touch.id == touch.id)
    send(teacher, town, "/contacts/quick", client_key="first", outcome="no_answer", outreach_id=touch.id)
    assert town.rows(states) == [OutreachState.SUGGESTED]
    send(teacher, town, "/contacts/quick", client_key="second", outcome="reached", outreach_id=touch.id)
    assert town.rows(states) == [OutreachState.DONE]


def test_undo_leads_back_to_where_it_was_logged_and_to_no_other_site(town: Town) -> None:
    teacher = town.sign_in()
    send(teacher, town)
    [contact] = town.rows(select(Contact))
    for wanted, led_to in (("/plan", "/plan"), ("//evil.example", f"/families/{town.delgado.id}")):
        teacher.send(f"/contacts/{contact.id}/undo?next={wanted}")
        assert teacher.last is not None
        assert teacher.last.headers["Location"] == led_to


def test_the_worker_is_asked_for_anew_each_time_and_may_be_one_of_ours_only(town: Town) -> None:
    worker = town.visitor().get("/sw.js")
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.content_type.startswith("text/javascript")
    assert "worker-src 'self'" in worker.headers["Content-Security-Policy"]
    kept = re.findall(r'"(/(?:assets|offline)/[^"]+)"', worker.text)
    assert kept
    for address in kept:
        assert town.visitor().get(address).status_code == 200, address


def test_the_worker_changes_with_the_reader_s_language_and_not_from_one_minute_to_the_next(town: Town) -> None:
    def asked(language: str) -> str:
        return town.visitor().get("/sw.js", headers={"Accept-Language": language}).text

    assert asked("en") == asked("en")
    assert "/offline/es" in asked("es")
    assert asked("en") != asked("es")


@pytest.mark.parametrize(("language", "says"), [("en", "No network"), ("es", "Sin red"), ("xx", "No network")])
def test_the_shell_names_nobody_even_to_somebody_signed_in(town: Town, language: str, says: str) -> None:
    teacher = town.sign_in()
    send(teacher, town)
    page = teacher.get(f"/offline/{language}").text
    assert says in page
    for name in ("Alvarez", "Delgado", "Maya", "Rosa", "csrf", ticket(teacher)["account"]):
        assert name not in page


def test_signing_out_wipes_the_device_unless_another_s_contacts_wait_there(town: Town) -> None:
    teacher = town.sign_in()
    teacher.send("/logout")
    assert teacher.last is not None
    assert teacher.last.headers["Clear-Site-Data"] == '"storage"'
    other = town.sign_in()
    other.send("/logout", others_wait="yes")
    assert other.last is not None
    assert "Clear-Site-Data" not in other.last.headers


@pytest.mark.parametrize("address", ["/contacts/new", "/contacts/quick", "/contacts/many"])
def test_what_another_account_began_is_kept_by_its_device_and_stored_by_nobody(town: Town, address: str) -> None:
    teacher, counselor = town.sign_in(), ticket(town.sign_in(AccountRole.COUNSELOR))
    answer = send(teacher, town, address, draft_of=counselor["account"])
    assert answer.status_code == 401
    assert town.rows(select(Contact)) == []


def test_what_one_began_oneself_is_stored_and_its_form_says_whose_it_is(town: Town) -> None:
    teacher = town.sign_in()
    mark = ticket(teacher)["account"]
    page = teacher.get(f"/contacts/new?family={town.delgado.id}").text
    assert page.count(f'name="draft_of" value="{mark}"') == 2, "the form, and the sheet after a call"
    assert send(teacher, town, draft_of=mark).status_code == 200


def test_a_form_that_another_opened_comes_back_with_what_was_typed(town: Town) -> None:
    teacher = town.sign_in()
    fields = {"family_id": town.delgado.id, "channel": "phone", "began": "me", "outcome": "reached"}
    page = teacher.send("/contacts/new", None, **fields, summary="Long words.", draft_of="somebody-else")
    assert page.status_code == 422
    assert "Somebody else was signed in when this was opened" in page.text
    assert "Long words." in page.text
    assert town.rows(select(Contact)) == []

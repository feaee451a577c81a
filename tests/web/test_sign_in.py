"""Signing in and out: one sentence for every failure, tries counted, sessions that end."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from models import Account, AccountRole, Audience, Message, RateLimit
from outreach.access import deactivate_accounts_of_departed_staff
from tests.conftest import ON_BOTH
from tests.web.conftest import PASSWORD, TOKEN, Town
from tests.world import NOW

pytestmark = ON_BOTH

CHOSEN = "twelve geese in a pond"


def attempt(town: Town, email: str, password: str) -> tuple[int, str]:
    client = town.visitor()
    token = TOKEN.search(client.get("/login").text)
    assert token
    answer = client.post("/login", data={"email": email, "password": password, "csrf_token": token[1]})
    return answer.status_code, answer.text


def test_a_page_asks_a_stranger_to_sign_in_and_then_shows_itself(town: Town) -> None:
    answer = town.visitor().get("/requests")

    assert answer.status_code == 302
    assert urlsplit(answer.headers["Location"]).path == "/login"
    assert "next=" in answer.headers["Location"]
    assert town.sign_in_by_the_page().get("/requests").status_code == 200


@pytest.mark.parametrize("role", list(AccountRole))
def test_every_role_signs_in_by_the_page(town: Town, role: AccountRole) -> None:
    assert town.sign_in_by_the_page(role).get("/account").status_code == 200


def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence_and_what_was_typed_stays(town: Town) -> None:
    pages = []
    for email in ("teacher@example.org", "nobody@example.org"):
        status, page = attempt(town, email, "not this one at all")
        assert status == 200
        assert f'value="{email}"' in page
        sentences = re.findall(r'class="problems".*?</div>', page, re.DOTALL)
        pages.append(sentences)

    assert pages[0] == pages[1] != []


def test_there_is_no_sign_up(town: Town) -> None:
    assert town.visitor().get("/register").status_code == 404


def test_an_address_that_is_tried_too_often_has_to_wait_and_others_do_not(town: Town) -> None:
    answers = [attempt(town, "teacher@example.org", f"guess number {number}")[0] for number in range(11)]

    assert answers == [200] * 10 + [429]
    assert attempt(town, "counselor@example.org", PASSWORD)[0] == 302
    assert town.rows(select(RateLimit.hits).where(RateLimit.key.contains("teacher@example.org"))) == [11]


def test_a_departed_teacher_s_open_session_ends(town: Town) -> None:
    teacher = town.sign_in_by_the_page()
    assert teacher.get("/requests").status_code == 200
    town.teacher.active = False
    town.session.flush()
    deactivate_accounts_of_departed_staff(town.session, NOW)
    town.commit()

    assert teacher.get("/requests").status_code == 302
    assert attempt(town, "teacher@example.org", PASSWORD)[0] == 200


def test_somebody_who_left_today_is_out_before_the_night(town: Town) -> None:
    teacher = town.sign_in_by_the_page()
    town.teacher.left_on = NOW.date()
    town.commit()

    assert teacher.get("/requests").status_code == 403


def test_a_forgotten_password_is_chosen_anew_by_a_link_that_leaves_through_our_outbox(town: Town) -> None:
    client = town.visitor()
    token = TOKEN.search(client.get("/reset").text)
    assert token
    client.post("/reset", data={"email": "teacher@example.org", "csrf_token": token[1]})
    [letter] = town.rows(select(Message))
    assert letter.audience is Audience.ACCOUNT
    assert letter.to_value == "teacher@example.org"
    link = re.search(r"http://\S+/reset/\S+", letter.body)
    assert link
    page = client.get(urlsplit(link[0]).path)
    token = TOKEN.search(page.text)
    assert token
    form = {"password": CHOSEN, "password_confirm": CHOSEN, "csrf_token": token[1]}
    client.post(urlsplit(link[0]).path, data=form)

    assert attempt(town, "teacher@example.org", PASSWORD)[0] == 200
    assert attempt(town, "teacher@example.org", CHOSEN)[0] == 302


def test_an_unknown_address_is_not_told_apart_when_a_link_is_asked_for(town: Town) -> None:
    client = town.visitor()
    token = TOKEN.search(client.get("/reset").text)
    assert token
    for email in ("teacher@example.org", "nobody@example.org"):
        answer = client.post("/reset", data={"email": email, "csrf_token": token[1]})
        assert answer.status_code in (200, 302)
        assert "does not exist" not in answer.text

    assert len(town.rows(select(Message))) == 1


def test_signing_out_takes_a_form_of_ours(town: Town) -> None:
    teacher = town.sign_in_by_the_page()
    assert teacher.client.post("/logout").status_code == 400
    teacher.send("/logout")

    assert teacher.get("/requests").status_code == 302


def test_the_password_is_kept_as_argon2(town: Town) -> None:
    [kept] = town.rows(select(Account.password).where(Account.email == "teacher@example.org"))

    assert kept is not None
    assert kept.startswith("$argon2id$")


def test_a_whole_school_may_choose_its_passwords_in_one_quarter_of_an_hour(town: Town) -> None:
    """Each by a link of its own, all from one address."""
    for number in range(12):
        client = town.visitor()
        token = TOKEN.search(client.get("/login").text)
        assert token
        sent = {"csrf_token": token[1], "password": "ten geese in a row", "password_confirm": "ten geese in a row"}
        assert client.post(f"/reset/nobody-s-{number}", data=sent).status_code != 429, number


def test_whoever_is_signed_in_changes_the_password_and_signs_in_with_it(town: Town) -> None:
    teacher, new = town.sign_in(), "ten geese in a row"
    fields = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    assert teacher.send("/change", "/change", **fields).status_code == 302

    client = town.visitor()
    token = TOKEN.search(client.get("/login").text)
    assert token
    form = {"email": "teacher@example.org", "password": new, "csrf_token": token[1]}
    assert client.post("/login", data=form).status_code == 302

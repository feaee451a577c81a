"""Pages speak what their reader chose, else what the browser asks for."""

from __future__ import annotations

from sqlalchemy import select

from models import Account, AccountRole

from .conftest import Town

SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}
VIETNAMESE = {"Accept-Language": "vi"}


def test_a_browser_that_asks_for_spanish_is_greeted_in_spanish(town: Town) -> None:
    page = town.visitor().get("/login", headers=SPANISH).text
    assert '<html lang="es"' in page
    assert "Iniciar sesión" in page


def test_a_browser_that_asks_for_what_no_page_is_written_in_reads_english(town: Town) -> None:
    assert '<html lang="en"' in town.visitor().get("/login", headers=VIETNAMESE).text


def test_somebody_who_is_not_signed_in_may_choose(town: Town) -> None:
    visitor = town.visitor()
    token = visitor.get("/login").text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    answer = visitor.post("/account/language", data={"csrf_token": token, "language": "es"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert "Iniciar sesión" in visitor.get("/login").text


def test_what_is_chosen_on_the_account_holds_on_every_device(town: Town) -> None:
    teacher = town.sign_in()
    teacher.send("/account", language="es")
    assert "Guardado." in teacher.follow().text
    assert town.rows(select(Account.language).where(Account.staff_id == town.staff[AccountRole.TEACHER])) == ["es"]
    elsewhere = town.sign_in()
    assert '<html lang="es"' in elsewhere.get("/account").text


def test_a_language_that_pages_are_not_written_in_is_not_kept(town: Town) -> None:
    teacher = town.sign_in()
    teacher.send("/account", language="tlh")
    assert town.rows(select(Account.language).where(Account.staff_id == town.staff[AccountRole.TEACHER])) == [None]
    assert '<html lang="en"' in teacher.follow().text


def test_one_readers_language_does_not_reach_the_next(town: Town) -> None:
    visitor = town.visitor()
    visitor.get("/login", headers=SPANISH)
    assert '<html lang="en"' in visitor.get("/login").text

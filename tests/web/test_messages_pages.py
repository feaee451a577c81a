"""The words that families receive, on the administrator's pages: read, changed, refused with nothing lost, put back."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from models import AccountRole, MessageRevision
from outreach.planning.wording import Situation, language_words
from tests.web.conftest import Person, Town

HEAD = AccountRole.DISTRICT_ADMINISTRATOR
HELLO = "/admin/messages/en/hello"
FIELD = re.compile(
    r'<(?:textarea|input)\b[^>]*\bid="(?P<name>(?:text|text_with_marks|email|call|letter)\.(?:body\.\d+|title))"'
    r'(?:[^>]*\bvalue="(?P<value>[^"]*)")?[^>]*>(?:\n(?P<words>[^<]*)</textarea>)?'
)
SEEN = re.compile(r'name="seen" value="(\d+)"')
SCRIPT = "<script>alert('{student}')</script>"


def fields(page: str) -> dict[str, str]:
    """What the form holds, as a browser would send it."""
    return {found["name"]: html.unescape(found["words"] or found["value"] or "") for found in FIELD.finditer(page)}


def send(head: Person, page: str, do: str = "keep", **typed: str) -> str:
    """The form of ``page`` with ``typed`` (``text__body__0``) in place of what it holds; what comes back."""
    shown = head.get(page).text
    seen = SEEN.search(shown)
    assert seen
    form = {"approved_by": "A. Reyes", "why": "Shorter", "seen": seen[1], "do": do, **fields(shown)}
    form |= {name.replace("__", "."): words for name, words in typed.items()}
    return head.send(page, page, **form).text


def test_the_form_sent_back_as_it_came_changes_only_who_read_the_words(town: Town) -> None:
    """Or every visit would rewrite the shipped words by a line end."""
    head = town.sign_in(HEAD)
    send(head, HELLO)
    assert "In force now" in head.follow().text
    for made in town.rows(select(MessageRevision)):
        [shipped] = [
            one
            for (of, form), one in language_words("en").templates.items()
            if (of, form) == (made.situation, made.form)
        ]
        assert (tuple(made.bodies or ()), made.title, made.approved_by) == (shipped.bodies, shipped.title, "A. Reyes")
    send(head, HELLO)
    assert head.last is not None
    assert head.last.status_code == 422
    assert "Nothing differs from what is in force." in head.last.text


def test_words_are_changed_shown_as_the_districts_own_and_undone(town: Town) -> None:
    head = town.sign_in(HEAD)
    send(head, HELLO, text__body__0="Good morning {guardian}, {teacher} here.", text__body__1="Hello {guardian}.")
    shown = head.follow().text
    assert "In force now" in shown
    assert "Good morning Rosa, L. Alvarez here." in shown
    assert "Read by A. Reyes" in shown
    assert "“Shorter”" in shown
    assert "changed here: Text" in head.get("/admin/messages").text
    [made] = town.rows(select(MessageRevision))
    assert made.bodies == ["Good morning {guardian}, {teacher} here.", "Hello {guardian}."]

    head.send(f"/admin/messages/revisions/{made.id}/back", HELLO)
    assert "Put back as it was." in head.follow().text
    assert "changed here" not in head.get("/admin/messages").text


def test_back_to_the_words_of_the_file(town: Town) -> None:
    head = town.sign_in(HEAD)
    send(head, HELLO, call__body__0="Hello, I am {teacher}.")
    assert f'action="{HELLO}/call/file"' in head.follow().text
    head.send(f"{HELLO}/call/file", HELLO)
    shown = head.follow().text
    assert f'action="{HELLO}/call/file"' not in shown
    assert fields(shown)["call.body.0"] == language_words("en").templates[Situation.HELLO, "call"].bodies[0]  # type: ignore[index]  # a form's own value
    head.send(f"{HELLO}/call/file", HELLO)
    assert "Nothing differs" in head.follow().text


def test_a_refusal_stands_beside_its_field_and_loses_nothing(town: Town) -> None:
    head = town.sign_in(HEAD)
    typed = {
        "text__body__0": "Hello {surname}, how is {student}?", "email__title": "",
        "letter__body__0": "A <b>letter</b>.", "why": "Because families asked",
    }  # fmt: skip
    shown = send(head, HELLO, **typed)
    assert head.last is not None
    assert head.last.status_code == 422
    assert 'id="text.body.0-error">{surname} is not allowed; use guardian, student,' in shown
    assert 'id="email.title-error">An e-mail needs a subject line.' in shown
    kept = fields(shown)
    assert kept["text.body.0"] == typed["text__body__0"]
    assert kept["letter.body.0"] == "A <b>letter</b>."
    assert 'value="Because families asked"' in shown
    assert re.search(
        r'<textarea[^>]*id="text.body.0"[^>]*aria-invalid="true" aria-describedby="text.body.0-error', shown
    )
    assert town.rows(select(MessageRevision)) == []


def test_nobody_signs_for_words_without_a_name_and_a_reason(town: Town) -> None:
    shown = send(town.sign_in(HEAD), HELLO, text__body__0="Hello {guardian}.", approved_by=" ", why="")
    assert 'id="approved_by-error">Name the person who read these words' in shown
    assert 'id="why-error">Say why' in shown
    assert fields(shown)["text.body.0"] == "Hello {guardian}."


def test_a_preview_is_what_a_family_reads_and_keeps_nothing(town: Town) -> None:
    head = town.sign_in(HEAD)
    words = "Hola {guardian}, {student} va muy bien en {subject}. {teacher}"
    shown = send(head, "/admin/messages/es/strength", "preview", text__body__0=words)
    assert head.last is not None
    assert head.last.status_code == 200
    assert '<p class="bubble" lang="es" dir="auto">Hola Rosa, Maya va muy bien en matemáticas. L. Alvarez</p>' in shown
    assert "With long names it takes 2 texts." in shown
    assert 'lang="en">Hello {guardian}, {student} is doing well in {subject}.' in shown
    assert fields(shown)["text.body.0"] == words
    assert town.rows(select(MessageRevision)) == []


def test_a_preview_says_what_cannot_be_shown_yet(town: Town) -> None:
    shown = send(town.sign_in(HEAD), HELLO, "preview", text__body__0="Hello {surname}", text__body__1="Hello {gua")
    assert shown.count("These words cannot be filled in yet; saving says why.") == 2


def test_what_looks_like_a_page_is_read_as_words(town: Town) -> None:
    head = town.sign_in(HEAD)
    send(head, HELLO, text__body__0=SCRIPT, email__title="<i>{student}</i>")
    shown = head.follow().text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(&#39;Maya&#39;)&lt;/script&gt;" in shown
    assert "<i>" not in shown
    assert "<script>alert" not in head.get("/admin/messages").text


def test_what_another_changed_meanwhile_is_not_written_over(town: Town) -> None:
    head = town.sign_in(HEAD)
    before = head.get(HELLO).text
    send(head, HELLO, text__body__0="First {guardian}.")
    form = {**fields(before), "text.body.0": "Second {guardian}.", "approved_by": "B", "why": "Mine", "seen": "0"}
    shown = head.send(HELLO, HELLO, do="keep", **form).text
    assert "changed these words while you wrote" in shown
    assert fields(shown)["text.body.0"] == "Second {guardian}."
    assert len(town.rows(select(MessageRevision))) == 1
    assert 'Stands there now: <span lang="en" dir="auto">First {guardian}.</span>' in shown
    seen = SEEN.search(shown)
    assert seen
    head.send(HELLO, HELLO, do="keep", **{**form, "seen": seen[1]})
    assert "In force now" in head.follow().text, "having seen them, they decide"
    assert [one.bodies for one in town.rows(select(MessageRevision).order_by(MessageRevision.id))] == [
        ["First {guardian}."], ["Second {guardian}."],
    ]  # fmt: skip


def test_a_preview_has_not_seen_what_another_changed_meanwhile(town: Town) -> None:
    head = town.sign_in(HEAD)
    before = head.get(HELLO).text
    send(head, HELLO, text__body__0="First {guardian}.")
    form = {**fields(before), "text.body.0": "Second {guardian}.", "approved_by": "B", "why": "Mine", "seen": "0"}
    seen = SEEN.search(head.send(HELLO, HELLO, do="preview", **form).text)
    assert seen
    assert seen[1] == "0"


def test_shared_words_that_another_changed_meanwhile_stand_beside_the_field(town: Town) -> None:
    head, page = town.sign_in(HEAD), "/admin/messages/vi/words"
    form = {"approved_by": "A. Reyes", "why": "First", "seen": "0", "do": "keep"}
    head.send(page, page, **form, **{"subjects.math": "toán"})
    shown = head.send(page, page, **form, **{"subjects.math": "môn toán"}).text
    assert 'Stands there now: <span lang="vi" dir="auto">toán</span>' in shown
    seen = SEEN.search(shown)
    assert seen
    head.send(page, page, **(form | {"seen": seen[1]}), **{"subjects.math": "môn toán"})
    assert "Subjects, as families say them: Math" in head.follow().text


def test_words_that_another_changed_since_are_not_put_back_by_an_old_button(town: Town) -> None:
    head = town.sign_in(HEAD)
    send(head, HELLO, text__body__0="First {guardian}.")
    before = head.follow().text
    undo = re.search(r'action="(/admin/messages/revisions/\d+/back)"', before)
    seen = SEEN.search(before)
    assert undo
    assert seen
    send(head, HELLO, text__body__0="Second {guardian}.")
    for address, known in ((undo[1], None), (undo[1], seen[1]), (f"{HELLO}/text/file", seen[1])):
        head.send(address, HELLO, seen=known)
        assert "changed these words since. Look at them, then decide." in head.follow().text
    now = SEEN.search(head.get(HELLO).text)
    assert now
    head.send(undo[1], HELLO, seen=now[1])
    assert "Put back as it was." in head.follow().text, "the history puts back what one asks it to"


def test_languages_that_families_read_are_shown_with_how_far_their_words_are(town: Town) -> None:
    town.world.guardian(town.maya, language="vi")
    town.commit()
    head = town.sign_in(HEAD)
    shown = head.get("/admin/messages").text
    assert "1 family reads Vietnamese; it gets calls with an interpreter until somebody writes these words." in shown
    assert "no words yet" in shown

    send(head, "/admin/messages/vi/incident", call__body__0="Chào {guardian}.")
    assert "It is used once all words of this language are there." in head.follow().text
    shown = head.get("/admin/messages/vi").text
    assert "1 of 10" in shown
    assert "Missing: Text, E-mail, Call or visit, Letter" in shown
    assert "There are none in Vietnamese yet, so they go out in English." in shown
    assert '<blockquote class="words first-line" lang="vi" dir="auto">Chào {guardian}.</blockquote>' in shown


def test_another_language_may_be_begun_by_name(town: Town) -> None:
    head = town.sign_in(HEAD)
    assert '<option value="ar">Arabic</option>' in head.get("/admin/messages").text
    head.get("/admin/messages?language=ar")
    assert "The words in Arabic" in head.follow().text
    for strange in ("xx", "en-US", "EN", "..", "qqq"):
        assert head.get(f"/admin/messages/{strange}").status_code == 404
    assert head.get("/admin/messages/en/nothing").status_code == 404
    assert head.send("/admin/messages/revisions/99/back", HELLO).status_code == 404


def test_the_words_that_messages_share_are_changed_on_a_page_of_their_own(town: Town) -> None:
    head, page = town.sign_in(HEAD), "/admin/messages/vi/words"
    shown = head.get(page).text
    assert "In English:" in shown
    form = {
        "approved_by": "A. Reyes",
        "why": "First",
        "seen": "0",
        "steps.math": "đọc {student}",
        "subjects.math": "toán",
    }
    refused = head.send(page, page, **form).text
    assert 'id="steps.math-error">These words fill a placeholder themselves' in refused
    assert 'value="toán"' in refused
    head.send(page, page, **{**form, "steps.math": "đọc hai mươi phút"})
    assert "Subjects, as families say them: Math" in head.follow().text
    assert sorted(one.form for one in town.rows(select(MessageRevision))) == ["steps.math", "subjects.math"]


def test_what_the_system_says_by_itself_is_shown_in_the_language_with_where_to_change_it(town: Town) -> None:
    shown = town.sign_in(HEAD).get("/admin/messages/es").text
    assert "messages/es/replies.toml" in shown
    assert 'lang="es" dir="auto">Lakeside Schools: ya no le enviaremos mensajes a este teléfono.' in shown


def test_only_the_districts_administrator_reads_and_changes_the_words(town: Town) -> None:
    for role in set(AccountRole) - {HEAD}:
        person = town.sign_in(role)
        for page in ("/admin/messages", "/admin/messages/es", HELLO, "/admin/messages/es/words"):
            assert person.get(page).status_code == 403
        for address in (HELLO, f"{HELLO}/text/file", "/admin/messages/es/words"):
            assert person.send(address, do="keep", approved_by="x", why="x").status_code == 403
    assert town.visitor().get("/admin/messages").status_code == 302


@pytest.mark.parametrize("room", ["Messages to families", "Risk weights", "Cadence and limits"])
def test_the_rooms_are_listed_for_the_district_alone(town: Town, room: str) -> None:
    assert room in town.sign_in(HEAD).get("/admin").text
    assert room not in town.sign_in(AccountRole.ADMINISTRATOR).get("/admin").text

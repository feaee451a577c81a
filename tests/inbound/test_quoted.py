"""What a person wrote in an e-mail, without what the mail program put under it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery.inbound.quoted import strip_quoted

OURS = "Maya asked for help in Algebra, and used it. She wrote her own steps."


@pytest.mark.parametrize(
    "below",
    [
        "On Tue, Nov 24, 2026 at 10:00 AM Lakeside High <reply@example.org> wrote:\n> Maya asked for\n> help.",
        "On Tue, Nov 24, 2026 at 10:00 AM\nLakeside High <reply@example.org>\nwrote:\n\n> Maya asked for help",
        "El mar, 24 nov 2026 a las 10:00, Lakeside High (<reply@example.org>) escribió:\n> Maya pidió ayuda",
        "-----Original Message-----\nFrom: Lakeside High\nSent: Tuesday\nTo: Rosa\nSubject: Maya\n\n" + OURS,
        "-----Mensaje original-----\nDe: Lakeside High\nEnviado: martes\nPara: Rosa\nAsunto: Maya\n\n" + OURS,
        "________________________________\nFrom: Lakeside High <reply@example.org>\nSent: Tuesday, November 24\n"
        "To: Rosa\nSubject: Maya\n\n" + OURS,
        "De: Lakeside High <reply@example.org>\nEnviado el: martes\nPara: Rosa\nAsunto: Maya\n\n" + OURS,
        "Sent from my iPhone\n\n> On Nov 24, 2026, at 10:00 AM, Lakeside High <reply@example.org> wrote:\n> " + OURS,
        "Enviado desde mi Samsung\n\nOn Tue, Nov 24, 2026, 10:00 AM Lakeside High wrote:\n> " + OURS,
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "--\nRosa Delgado\n312 555 0142",
    ],
)
def test_what_the_mail_program_adds_is_left_out(below: str) -> None:
    assert strip_quoted(f"Thank you.\nWhen can we talk?\n\n{below}", OURS) == "Thank you.\nWhen can we talk?"


def test_an_answer_under_the_quotation_is_kept() -> None:
    text = f"On Tue, Nov 24, 2026 at 10:00 AM Lakeside High wrote:\n> {OURS}\n\nWhen can we talk?"

    assert strip_quoted(text, OURS) == "When can we talk?"


def test_answers_between_lines_of_ours_are_kept_where_the_program_marks_no_quotation() -> None:
    text = (
        "See below.\n-----Original Message-----\nFrom: Lakeside High\nSent: Tuesday\nTo: Rosa\nSubject: Maya\n\n"
        "Maya asked for help in Algebra, and used it.\nWith what exactly?\nShe wrote her own steps."
    )

    assert strip_quoted(text, OURS) == "See below.\nWith what exactly?"


def test_a_signature_that_asks_something_stays() -> None:
    assert "call me?" in strip_quoted("Thanks\n--\nCan you call me?")


def test_where_only_a_quotation_is_left_it_stays() -> None:
    assert strip_quoted("> All of it is quoted") == "> All of it is quoted"


def test_words_that_only_look_like_a_lead_in_stay() -> None:
    for text in ("On Monday she wrote: help", "From: now on please call\nmy cell", "A list:\n- one\n- two"):
        assert strip_quoted(text) == text


@given(st.text(max_size=400))
def test_never_nothing_of_something_and_never_a_fault(text: str) -> None:
    assert bool(strip_quoted(text)) == bool(text.strip())


@given(st.lists(st.sampled_from(["When can we talk?", "Thank you", "", "Maya is ill"]), min_size=1, max_size=6))
def test_what_has_no_mark_of_a_mail_program_stays_whole(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert strip_quoted(text) == text.strip()

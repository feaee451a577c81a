"""What is stored is ours in no language, and each reader's when it is shown."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from outreach.language import N_, kept, said, speaking

GONE = N_("%(child)s is no longer at this school.")
WROTE = N_("This person wrote on %(day)s that no more texts should come.")
TRIED = N_("%(provider)s failed the last call; it is tried again at %(time)s.")


def test_a_day_and_an_hour_are_written_as_each_language_writes_them() -> None:
    wrote, tried = kept(WROTE, day=date(2026, 11, 24)), kept(TRIED, provider="Twilio", time=time(22, 5))
    assert said(wrote) == "This person wrote on November 24 that no more texts should come."
    assert said(tried) == "Twilio failed the last call; it is tried again at 10:05 pm."
    with speaking("es"):
        assert said(wrote) == "Esta persona escribió el 24 de noviembre que no quería más mensajes de texto."
        assert said(tried) == "Twilio falló en la última llamada (nuevo intento: 10:05 p.m.)."


@pytest.mark.parametrize("name", ["Soon", "Now", "Math", "Reading", "Sent"])
def test_a_child_whose_name_is_a_word_of_ours_keeps_it(name: str) -> None:
    stored = kept(GONE, child=name)
    with speaking("es"):
        assert said(stored) == f"{name} ya no está en esta escuela."


def test_a_word_of_ours_inside_a_sentence_is_said_too() -> None:
    stored = kept(N_("Texts are paused: %(why)s"), why=N_("Undo"))
    with speaking("es"):
        assert said(stored) == "Los mensajes de texto están en pausa: Deshacer"


def test_a_sentence_read_back_from_a_column_is_said_inside_another() -> None:
    stored = kept(N_("%(waits)s By then it would be stale."), waits="The month's spending limit is reached.")
    with speaking("es"):
        assert said(stored) == "Se alcanzó el límite de gasto del mes. Para entonces ya no tendría vigencia."


def test_a_person_s_own_words_inside_a_sentence_are_not_taken_for_a_format() -> None:
    stored = kept(N_("Nothing goes out until resumed: %(why)s"), why='50% of "it" %(who)s\n["x"')
    assert said(stored) == 'Nothing goes out until resumed: 50% of "it" %(who)s\n["x"'


def test_a_moment_is_refused_since_it_has_no_zone_here() -> None:
    with pytest.raises(TypeError):
        kept(WROTE, day=datetime(2026, 11, 24, 10, 0))  # noqa: DTZ001 - that is what is refused


@pytest.mark.parametrize("tag", ["en", "es"])
def test_what_is_stored_does_not_depend_on_who_speaks(tag: str) -> None:
    with speaking(tag):
        assert kept(N_("This address no longer works.")) == "This address no longer works."
        assert kept(GONE, child="Maya") == '["%(child)s is no longer at this school.", {"child": "Maya"}]'

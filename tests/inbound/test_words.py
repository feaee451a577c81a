"""Words of opting out and of a wrong number: a list of real ways to say it, and of ways that only look like it."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Channel
from outreach.delivery.inbound.patterns import set_of
from outreach.delivery.inbound.vocabulary import (
    CARRIER_STOP,
    MOST_WORDS,
    is_opt_out,
    is_stop_alone,
    is_wrong_alone,
    is_wrong_number,
    parted,
)
from outreach.delivery.inbound.words import Said, read_words

from .corpus import (
    NOT_OPT_OUTS,
    NOT_WRONG_NUMBERS,
    OPT_OUTS,
    OPT_OUTS_THAT_ASK,
    WRONG_NUMBERS,
    WRONG_NUMBERS_THAT_STOP,
)


def heard(text: str, channel: Channel = Channel.SMS) -> Said:
    return read_words(text, channel)


@pytest.mark.parametrize("text", OPT_OUTS)
def test_an_opt_out_ends_messages_and_needs_nobody(text: str) -> None:
    assert heard(text).stop
    assert not heard(text).asks


@pytest.mark.parametrize("text", OPT_OUTS_THAT_ASK)
def test_an_opt_out_beside_something_else_ends_messages_and_is_read_by_a_person(text: str) -> None:
    assert heard(text).stop
    assert heard(text).asks


@pytest.mark.parametrize("text", NOT_OPT_OUTS + NOT_WRONG_NUMBERS)
def test_what_only_looks_like_it_ends_nothing(text: str) -> None:
    assert not heard(text).stop
    assert not heard(text).wrong_number


@pytest.mark.parametrize("text", WRONG_NUMBERS)
def test_a_wrong_number_is_no_opt_out(text: str) -> None:
    assert heard(text).wrong_number
    assert not heard(text).stop


@pytest.mark.parametrize("text", WRONG_NUMBERS_THAT_STOP)
def test_a_wrong_number_that_asks_for_no_more_is_a_wrong_number_and_needs_nobody(text: str) -> None:
    assert heard(text).wrong_number
    assert not heard(text).asks


def test_a_wrong_number_is_one_of_the_channel_it_came_by() -> None:
    assert not heard("You have the wrong email address").wrong_number
    assert heard("You have the wrong email address", Channel.EMAIL).wrong_number
    assert not heard("You have the wrong phone number", Channel.EMAIL).wrong_number


@pytest.mark.parametrize(
    ("text", "all_of_it"),
    [("STOP", True), ("Stop.", True), ("please stop texting me", False), ("no más", False), ("STOP. Leo died", False)],
)
def test_only_a_carrier_s_word_is_the_whole_of_a_message(text: str, all_of_it: bool) -> None:
    assert heard(text).by_word is all_of_it


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Take me off your list. Thanks, Rosa", False),
        ("STOP\n\nRosa Delgado", False),
        ("Hi, please stop texting me. Thank you and have a nice day", False),
        ("Take me off your list. Not funny", True),
        ("Stop texting me\nHelp", True),
        ("Stop texting me. He died", True),
    ],
)
def test_beside_an_opt_out_only_courtesy_and_a_name_ask_for_nothing(text: str, asks: bool) -> None:
    assert heard(text).stop
    assert heard(text).asks is asks


def test_each_list_holds_both_languages_and_at_least_eighty() -> None:
    for sentences in (OPT_OUTS, NOT_OPT_OUTS):
        assert len(set(sentences)) >= 80


SIGNS = st.sampled_from(
    [" ", ".", "!", "-", "_", "*", "\u200b", "\u200d", "\ufe0f", "🛑", "🙏", "\u00ad", "\t", "“", "”"]
)


def styled(word: str) -> st.SearchStrategy[str]:
    """``word`` with its letters in any case and form, and any signs around and between them."""
    letter = [st.sampled_from([one, one.upper(), chr(ord(one) - ord("a") + 0xFF41), one + "\u0301"]) for one in word]
    between = st.text(SIGNS, max_size=2)
    return st.tuples(between, *(st.tuples(each, between) for each in letter)).map(
        lambda parts: parts[0] + "".join(a + b for a, b in parts[1:])
    )


@given(st.sampled_from(sorted(CARRIER_STOP)).flatmap(styled))
def test_a_carrier_s_word_is_stop_however_it_is_typed(text: str) -> None:
    assert heard(text).stop


@given(
    st.sampled_from(OPT_OUTS), st.text(st.sampled_from("🙏🛑😡\u200b\ufe0f"), max_size=3), st.sampled_from(" \n\t"),
    st.booleans(),
)  # fmt: skip
def test_case_emoji_and_invisible_signs_change_no_opt_out(text: str, signs: str, space: str, loud: bool) -> None:
    shown = text.upper() if loud else text
    assert heard(f"{signs}{space}{shown}{space}{signs}").stop


@given(st.sampled_from(NOT_OPT_OUTS), st.booleans())
def test_capitals_make_no_opt_out_of_a_sentence_about_something_else(text: str, loud: bool) -> None:
    assert not heard(text.upper() if loud else text.casefold()).stop or "STOP, " in text


@given(st.text(max_size=300))
def test_no_text_at_all_breaks_the_reading(text: str) -> None:
    assert isinstance(heard(text), Said)


WORDS = st.sampled_from(
    sorted(
        set_of(
            "stop texting me no thanks please text message messages e mails remove my number of from la lista de por"
            " favor mensajes texto quiten take off your how do i unsubscribe wrong thank you"
        )
    )
)


@settings(deadline=None)
@given(st.lists(WORDS, min_size=MOST_WORDS - 2, max_size=MOST_WORDS))
def test_long_clauses_of_the_very_words_are_read_in_good_time(words: list[str]) -> None:
    """No clause makes the patterns try for ever; half a second of this process's own time is more than they need."""
    clause = " ".join(words)
    began = process_time()
    is_opt_out(clause)
    is_stop_alone(clause)
    is_wrong_number(clause)
    is_wrong_alone(clause)
    parted(clause)

    assert process_time() - began < 0.5


def test_stop_e_mailing_says_nothing_about_texts_and_the_other_way_round() -> None:
    assert not heard("stop e-mailing me").stop
    assert heard("stop e-mailing me", Channel.EMAIL).stop
    assert not heard("stop texting me", Channel.EMAIL).stop
    assert heard("stop texting or emailing me").stop
    assert heard("please stop contacting me", Channel.EMAIL).stop


def by_mail(title: str, text: str = "") -> Said:
    return read_words(text, Channel.EMAIL, title=title)


@pytest.mark.parametrize("title", ["Unsubscribe", "STOP", "Please remove me from this list", "no más mensajes"])
@pytest.mark.parametrize(
    "text", ["", "Thanks, Rosa", "Rosa Delgado", "This message was automatically generated by Gmail."]
)
def test_a_subject_line_ends_e_mails_where_nothing_is_written_below(title: str, text: str) -> None:
    assert by_mail(title, text).stop
    assert not by_mail(title, text).asks


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Cancel", "I need to cancel our conference on Friday"),
        ("Unsubscribe", "My son died"),
        ("Cancel", ""),
        ("End", "Thanks"),
        ("Baja", ""),
        ("Bus stop", "Rosa Delgado"),
        ("Unsubscribe?", ""),
        ("RE: stop", "Thanks"),
        ("Re: No more messages", ""),
        ("Fwd: Unsubscribe", ""),
        ("RV: no más mensajes", "gracias"),
    ],
)
def test_a_subject_line_of_something_else_or_of_ours_ends_nothing(title: str, text: str) -> None:
    assert not by_mail(title, text).stop


def test_a_subject_line_of_the_family_s_own_is_read_beside_an_opt_out() -> None:
    for title in ("Leo passed away", "Friday's conference?"):
        assert by_mail(title, "Unsubscribe") == Said(stop=True, carrier_word=True, asks=True)
        assert by_mail(title, "Please take me off your list").asks
    for title in ("School e-mails", "Unsubscribe", "Re: Friday's conference?", "Mensajes de la escuela"):
        assert not by_mail(title, "Please take me off your list").asks


def test_start_again_counts_only_of_somebody_who_had_stopped() -> None:
    for text in ("yes", "Sí", "alta", "Please start texting me again", "text me again", "quiero recibir mensajes"):
        assert read_words(text, Channel.SMS, opted_out=True).start
        assert not read_words(text, Channel.SMS).start
    assert read_words("START", Channel.SMS).start
    assert read_words("unstop!", Channel.SMS).start

"""What the system says in its own name: whole, in the reader's language, and with what must be in it."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from outreach.cli.machine_checks import check_configuration_files
from outreach.delivery import segments_of
from outreach.delivery.replies import (
    RepliesWrong,
    Reply,
    ask_value,
    check_replies,
    moment_words,
    replies_of,
    reply_words,
    values_of,
)
from outreach.delivery.segments import Alphabet
from outreach.delivery.wording import unfinished
from outreach.upkeep.finding import Weight
from tests.world import World

CENTRAL = ZoneInfo("America/Chicago")
VALUES = {
    "district": "Cedar Grove Unified School District", "school": "Lincoln Middle School", "sender": "Ms. Okafor",
    "phone": "(312) 555-0100", "reopens": "Monday at 8:00 AM", "unsubscribe": "https://cedar.example.org/unsubscribe/x",
    "ask": "https://cedar.example.org/ask/LMS/es", "owner": "Mr. Bellweather",
    "expect": "The school is closed until Monday, January 4; you can expect an answer by Wednesday, January 6.",
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("reply", list(Reply))
def test_every_reply_is_whole_with_all_values_and_without_those_that_may_be_missing(
    reply: Reply, language: str
) -> None:
    few = {name: value for name, value in VALUES.items() if name not in ("phone", "sender", "school", "ask", "expect")}
    for values in (VALUES, few):
        said = reply_words(reply, language, values)
        assert unfinished(said) is None
        assert not set(said) & set("{}[]")
        assert "  " not in said
        assert " ." not in said
        assert ".." not in said


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_first_text_names_district_school_and_sender_and_says_how_to_stop_and_that_nights_are_not_watched(
    language: str,
) -> None:
    said = reply_words(Reply.FIRST_TEXT, language, VALUES)
    assert all(VALUES[name] in said for name in ("district", "school", "sender"))
    assert "STOP" in said
    assert {"en": "night", "es": "noche"}[language] in said


@pytest.mark.parametrize("language", ["en", "es"])
def test_help_every_e_mail_and_the_first_text_lead_to_whom_to_ask(language: str) -> None:
    for reply in (Reply.HELP, Reply.FOOTER, Reply.FIRST_TEXT):
        assert VALUES["ask"] in reply_words(reply, language, VALUES), reply
    assert "HELP" in reply_words(Reply.FIRST_TEXT, language, VALUES)
    nowhere = {name: value for name, value in VALUES.items() if name != "ask"}
    for reply in (Reply.HELP, Reply.FOOTER, Reply.FIRST_TEXT):
        assert "http" not in reply_words(reply, language, nowhere | {"unsubscribe": "x"}), reply


def test_whom_to_ask_is_named_only_where_the_directory_has_a_line_and_an_address_leads_there(
    session: Session, world: World
) -> None:
    school = world.school(code="LMS")
    assert ask_value(session, school.id, "en", "https://cedar.example.org") == {}
    world.whom_to_ask(school)
    assert ask_value(session, school.id, "es", None) == {}
    assert ask_value(session, school.id, "es", "https://cedar.example.org") == {
        "ask": "https://cedar.example.org/ask/LMS/es"
    }


def test_the_confirmation_of_an_opt_out_is_one_plain_segment_in_english() -> None:
    counted = segments_of(reply_words(Reply.OPT_OUT, "en", VALUES))
    assert (counted.count, counted.alphabet) == (1, Alphabet.GSM_7)


@pytest.mark.parametrize("reply", [reply for reply in Reply if reply is not Reply.FOOTER])
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_reply_takes_more_than_two_segments(reply: Reply, language: str) -> None:
    values = VALUES | {"reopens": {"en": "Wednesday at 8:00 AM", "es": "el miércoles a las 8:00 AM"}[language]}
    assert segments_of(reply_words(reply, language, values)).count <= 2


def test_at_night_help_is_named_in_the_reader_s_language() -> None:
    english, spanish = (reply_words(Reply.NIGHT, language, VALUES) for language in ("en", "es"))
    assert "call 911" in english
    assert "call or text 988" in english
    assert "llame al 911" in spanish
    assert "marque 2" in spanish, "988 answers in Spanish after 2"
    assert "AYUDA al 988" in spanish, "and texts in Spanish to who writes AYUDA"
    assert "Monday at 8:00 AM" in english


@pytest.mark.parametrize(("language", "reads"), [("es-MX", "es"), ("ES", "es"), ("vi", "en"), (None, "en")])
def test_spanish_for_every_spanish_and_english_for_all_others(language: str | None, reads: str) -> None:
    assert reply_words(Reply.HELP, language, VALUES) == reply_words(Reply.HELP, reads, VALUES)


def test_a_value_that_looks_like_a_placeholder_or_a_bracket_stays_as_it_is() -> None:
    said = reply_words(Reply.HELP, "en", {**VALUES, "school": "P.S. {phone} [[North]]"})
    assert "P.S. {phone} [[North]]" in said


def test_what_the_words_need_and_nobody_gives_is_said_rather_than_left_out() -> None:
    with pytest.raises(RepliesWrong, match="when somebody reads again"):
        reply_words(Reply.NIGHT, "en", {**VALUES, "reopens": " "})


def test_when_somebody_reads_again_is_said_with_its_date_once_that_is_a_week_away() -> None:
    friday = datetime(2026, 11, 20, 21, 0, tzinfo=CENTRAL)
    monday = datetime(2026, 11, 23, 8, 0, tzinfo=CENTRAL)
    assert moment_words(monday, friday, "en") == "Monday at 8:00 AM"
    assert moment_words(monday, friday, "es-MX") == "el lunes a las 8:00 AM"
    assert moment_words(monday + timedelta(days=14), friday, "en") == "Monday, December 7 at 8:00 AM"
    assert moment_words(monday + timedelta(days=14), friday, "es") == "el lunes 7 de diciembre a las 8:00 AM"
    assert moment_words(monday.replace(hour=13, minute=5), friday, "es") == "el lunes a la 1:05 PM"
    assert moment_words(monday.replace(hour=0), friday, "vi") == "Monday at 12:00 AM"


def test_the_footer_stands_under_words_and_page_with_its_link() -> None:
    body, page = replies_of("en").under("Maya did well.", "<html><body><p>Maya did well.</p></body></html>", VALUES)
    assert body.startswith("Maya did well.\n\n-- \n")
    assert VALUES["unsubscribe"] in body
    assert page is not None
    assert page.endswith("</p></body></html>")
    assert f'<a href="{VALUES["unsubscribe"]}">Stop these e-mails</a>' in page
    assert replies_of("es").under("Hi.", "<p>Hi.</p>", VALUES)[1] == "<p>Hi.</p>" + replies_of("es").footer(
        VALUES, html=True
    )


def test_the_footer_s_values_cannot_break_the_page() -> None:
    said = replies_of("en").footer({**VALUES, "district": "A & <b>B</b>"}, html=True)
    assert "A &amp; &lt;b&gt;B&lt;/b&gt;" in said


def test_without_a_public_address_an_e_mail_has_no_footer() -> None:
    assert replies_of("en").under("Hi.", None, {**VALUES, "unsubscribe": ""}) == ("Hi.", None)


def test_values_are_those_of_the_school_and_the_sender(session: Session, world: World) -> None:
    school = world.school(name="Lincoln Middle School", phone="(312) 555-0100")
    sender = world.staff(school, display_name="Ms. Okafor")
    assert values_of(session, school.id, sender.id) == {
        "district": "Lakeside Schools", "school": "Lincoln Middle School", "phone": "(312) 555-0100",
        "sender": "Ms. Okafor",
    }  # fmt: skip
    assert values_of(session, None) == {"district": "Lakeside Schools"}


SHIPPED = Path(__file__).parents[2] / "config" / "messages" / "en" / "replies.toml"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A district's own file of English replies, as shipped until a test changes it."""
    monkeypatch.setenv("OUTREACH_CONFIG_DIR", str(tmp_path))
    file = tmp_path / "messages" / "en" / "replies.toml"
    file.parent.mkdir(parents=True)
    file.write_text(SHIPPED.read_text("utf-8"), "utf-8")
    return file


def change(file: Path, old: str, new: str) -> None:
    words = file.read_text("utf-8")
    assert old in words
    file.write_text(words.replace(old, new), "utf-8")
    later = file.stat().st_mtime + 10
    os.utime(file, (later, later))


def test_a_district_s_own_words_are_used(own: Path) -> None:
    change(own, "To get them again, reply START", "Changed your mind? Reply START")
    assert "Changed your mind? Reply START" in reply_words(Reply.OPT_OUT, "en", VALUES)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[[{sender} at ]]", "", "{sender}"),
        ("call or text 988 at any hour", "call us", "988"),
        ("To get them again, reply START.", "", "START"),
        ("{unsubscribe}", "our page", "{unsubscribe}"),
        ("{reopens}", "{tomorrow}", "{tomorrow} is not allowed"),
        ("{reopens}", "{reopens!r}", "not closed"),
        ("[night]", "[nights]", "[night] needs a body"),
        ('link = "Stop these e-mails"', "", "needs a link"),
        ("approved_by =", "approved_by", "is not a file of replies"),
    ],
)
def test_own_words_that_leave_out_what_must_be_said_give_way_to_ours_and_are_told(
    own: Path, old: str, new: str, says: str
) -> None:
    change(own, old, new)
    with pytest.raises(RepliesWrong, match=re.escape(says)):
        check_replies(["en"])
    assert "988" in reply_words(Reply.NIGHT, "en", VALUES), "and the family gets the shipped words"
    assert next(one for one in check_configuration_files() if one.about == "replies").weight is Weight.WRONG


def test_words_that_nobody_approved_are_not_used(own: Path) -> None:
    change(own, 'approved_by = "The maintainers of Outreach"', 'approved_by = ""')
    change(own, "you will get no more texts", "NOT APPROVED")
    assert "NOT APPROVED" not in reply_words(Reply.OPT_OUT, "en", VALUES)

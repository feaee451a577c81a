"""Single fields: phones, e-mails, subjects, scores, days, languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import AddressHealth, Level, MarkKind, Subject
from outreach.effective import effective_config
from outreach.roster import RosterError, parse_email, parse_phone
from outreach.roster.fields import language_of
from outreach.roster.marks import LETTERS, NoMarkError, grade, kind_of, level_of
from outreach.roster.phones import parse_emails, parse_phones
from outreach.roster.subjects import load_subjects
from tests.world import NOW, World


@pytest.mark.parametrize(
    ("text", "value", "health", "zone"),
    [
        ("(312) 555-0142", "+13125550142", AddressHealth.USABLE, "America/Chicago"),
        ("312.555.0142 ext. 7", "+13125550142", AddressHealth.USABLE, "America/Chicago"),
        ("+1 603 777 8888", "+16037778888", AddressHealth.USABLE, "America/New_York"),
        ("+44 7911 123456", "+447911123456", AddressHealth.USABLE, None),
        ("800-555-1234", "+18005551234", AddressHealth.USABLE, None),
        ("(950) 298 0749", "+19502980749", AddressHealth.DOUBTFUL, None),
        ("603121567", "+1603121567", AddressHealth.DEAD, None),
        ("60312323567", "+160312323567", AddressHealth.DEAD, None),
        ("555-0142", "+15550142", AddressHealth.DEAD, None),
        ("900-555-1234", "+19005551234", AddressHealth.DEAD, None),
        ("none", "none", AddressHealth.DEAD, None),
    ],
)
def test_a_phone_number_is_normalised_and_its_health_told(
    text: str, value: str, health: AddressHealth, zone: str | None
) -> None:
    parsed = parse_phone(text)
    assert (parsed.value, parsed.health, parsed.timezone) == (value, health, zone)
    assert (parsed.reason is None) is (health is AddressHealth.USABLE)


@given(st.text(min_size=1, max_size=40))
def test_whatever_stands_in_a_phone_field_has_a_value_and_a_health(text: str) -> None:
    for parsed in parse_phones(text):
        assert parsed.value
        assert parsed.reason or parsed.health is AddressHealth.USABLE


@pytest.mark.parametrize("text", ["rosa", "rosa@", "Mc Clain@example.org", "rosa@localhost", "a@b..org"])
def test_what_is_no_e_mail_is_dead_and_says_why(text: str) -> None:
    parsed = parse_email(text)
    assert (parsed.health, parsed.value) == (AddressHealth.DEAD, text)
    assert parsed.reason


def test_a_field_may_hold_several_addresses() -> None:
    assert [each.value for each in parse_phones("312-555-0142 / 312-555-0143 or 312-555-0144")] == [
        "+13125550142", "+13125550143", "+13125550144",
    ]  # fmt: skip
    assert [each.value for each in parse_emails("Rosa@Example.org; r@example.org")] == [
        "rosa@example.org", "r@example.org",
    ], "one mailbox is one address, however it is typed"  # fmt: skip


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Algebra I", Subject.MATH), ("Precalculus", Subject.MATH), ("AP Statistics", Subject.MATH),
        ("Matemáticas 7", Subject.MATH), ("English Language Arts And Reading, Grade 7", Subject.READING),
        ("Creative/Imaginative Writing", Subject.READING), ("Languages Other Than English Level I", Subject.OTHER),
        ("Art, Grade 1", Subject.OTHER), ("Art History", Subject.OTHER),
        ("United States History", Subject.SOCIAL_STUDIES),
        ("Economics With Free System Emphasis", Subject.SOCIAL_STUDIES), ("Political Science", Subject.SOCIAL_STUDIES),
        ("Biology", Subject.SCIENCE), ("Environmental Systems", Subject.SCIENCE), ("Computer Science A", Subject.OTHER),
        ("Physical Education, Grades 1-6", Subject.OTHER), ("Physical Science", Subject.SCIENCE),
        ("Health Science", Subject.OTHER), ("Family & Consumer Sciences", Subject.OTHER),
        ("Photojournalism", Subject.OTHER),
        ("Student Government", Subject.OTHER), ("", Subject.OTHER),
    ],
)  # fmt: skip
def test_words_of_a_title_say_the_subject(title: str, subject: Subject) -> None:
    assert load_subjects().of([], title) is subject


@pytest.mark.parametrize(
    ("code", "subject"),
    [
        ("02052", Subject.MATH), ("52037A000611", Subject.MATH), ("01001", Subject.READING), ("03051", Subject.SCIENCE),
        ("04151", Subject.SOCIAL_STUDIES), ("05154", Subject.OTHER), ("PHY123", Subject.SCIENCE),
        ("MATH-07", Subject.MATH),
    ],
)  # fmt: skip
def test_a_subject_code_counts_before_the_title(code: str, subject: Subject) -> None:
    assert load_subjects().of([code], "Choir" if subject is not Subject.OTHER else "Algebra") is subject


@pytest.mark.parametrize("code", ["ASV120", "ENGR-1", "0210", "SPAN-2"])
def test_a_code_that_the_table_does_not_know_leaves_it_to_the_title(code: str) -> None:
    assert load_subjects().of([code], "Biology") is Subject.SCIENCE


def test_a_district_overrides_the_table_key_by_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "subjects.toml").write_text('[words]\nscience = ["makerspace"]\n', "utf-8")
    monkeypatch.setenv("OUTREACH_CONFIG_DIR", str(tmp_path))
    assert load_subjects().of([], "Makerspace 2") is Subject.SCIENCE
    assert load_subjects().of([], "Biology") is Subject.OTHER
    assert load_subjects().of([], "Algebra") is Subject.MATH
    (tmp_path / "subjects.toml").write_text('[words]\nalchemy = ["gold"]\n', "utf-8")
    with pytest.raises(RosterError, match="alchemy is no subject"):
        load_subjects()


def test_percent_becomes_a_level_by_the_cuts_in_force(world: World) -> None:
    terms = effective_config(world.session, NOW).risk.terms
    levels = {percent: level_of(percent, terms) for percent in (85, 84.9, 70, 69.9, 60, 59.9, 0)}
    assert list(levels.values()) == [
        Level.ABOVE_AVERAGE, Level.AVERAGE, Level.AVERAGE, Level.BELOW_AVERAGE, Level.BELOW_AVERAGE, Level.FAILING,
        Level.FAILING,
    ]  # fmt: skip
    assert [grade(letter, 0, None, terms).level for letter in ("A", "B+", "B", "C-", "D-", "F", "a−")] == [
        Level.ABOVE_AVERAGE, Level.ABOVE_AVERAGE, Level.AVERAGE, Level.AVERAGE, Level.BELOW_AVERAGE, Level.FAILING,
        Level.ABOVE_AVERAGE,
    ]  # fmt: skip
    assert list(LETTERS.values()) == sorted(LETTERS.values(), reverse=True)
    assert grade("17", 0, 20, terms).percent == 85
    assert grade("3", 1, 5, terms).percent == 50
    assert grade("88%", 0, 20, terms).percent == 88
    assert grade("104", 0, 100, terms).percent == 104
    for score, low, high in (("-1", 0, 100), ("500", 0, 100), ("104", 0, None), ("nan", 0, 100), ("Pass", 0, 100)):
        with pytest.raises(NoMarkError):
            grade(score, low, high, terms)


def test_a_report_card_is_known_by_its_title_or_category() -> None:
    assert kind_of("Quiz 1", "Report Card") is kind_of("Semester Grade") is MarkKind.REPORT_CARD
    assert kind_of("Final project", "Homework") is MarkKind.RESULT


@pytest.mark.parametrize(
    ("text", "tag"), [("Spanish", "es"), ("spa", "es"), ("es", "es"), ("vi-VN", "vi-vn"), ("Klingon", None), ("", None)]
)
def test_a_home_language_becomes_a_tag(text: str, tag: str | None) -> None:
    assert language_of(text) == tag

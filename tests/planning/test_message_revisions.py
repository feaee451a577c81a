"""Words that an administrator changed: in force over the files, put back, refused where no family could read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models import AccountRole, AuditEvent, Band, Channel, MessageRevision
from outreach.access import NotAllowed, Viewer
from outreach.language import said
from outreach.planning import approved_languages, language_in_force, plan_night, words_in_force
from outreach.planning.errors import WordsRefused
from outreach.planning.message_check import Written
from outreach.planning.message_history import families_by_language, message_history
from outreach.planning.message_revisions import (
    Signed,
    back_to_file,
    newest_revision,
    revise_messages,
    revise_shared,
    take_back_message,
)
from outreach.planning.shared_words import SHARED_KEYS
from outreach.planning.wording import Form, Origin, Situation, language_words
from outreach.planning.words_in_force import SHARED, lacking
from tests.planning.scene import NIGHT, Scene
from tests.world import NOW

SIGNED = Signed("A. Reyes", "Families asked for shorter ones.", seen=10_000)
HELLO = "Good morning {guardian}, {teacher} here, from {school}. How is {student}?"


@pytest.fixture
def head(scene: Scene) -> Viewer:
    return scene.viewer(scene.world.staff(scene.school), AccountRole.DISTRICT_ADMINISTRATOR)


def text_of(scene: Scene, situation: Situation = Situation.HELLO, language: str = "en") -> tuple[str, ...]:
    return language_in_force(scene.session, language).templates[situation, Form.TEXT].bodies


def revise(scene: Scene, head: Viewer, body: str = HELLO, language: str = "en", **more: object) -> MessageRevision:
    signed = Signed("A. Reyes", "Shorter.", newest_revision(scene.session, language, Situation.HELLO))
    [made] = revise_messages(
        scene.session, head, language, Situation.HELLO, {Form.TEXT: Written((body,))}, signed, NOW
    )  # fmt: skip
    return made


def refusal(
    scene: Scene, head: Viewer, form: Form, body: str, title: str = "", of: Situation = Situation.CONCERN
) -> str:
    with pytest.raises(WordsRefused) as refused:
        revise_messages(scene.session, head, "en", of, {form: Written((body,), title)}, SIGNED, NOW)
    [(field, sentence)] = refused.value.problems
    assert field.startswith(form.value)
    return sentence


def test_changed_words_are_in_force_over_the_file_and_name_their_reader(scene: Scene, head: Viewer) -> None:
    before = language_in_force(scene.session, "en")
    assert before == language_words("en")
    made = revise(scene, head)

    after = language_in_force(scene.session, "en-US")
    changed = after.templates[Situation.HELLO, Form.TEXT]
    assert (changed.bodies, changed.approved_by, changed.approved_on) == ((HELLO,), "A. Reyes", NOW.date())
    assert (changed.origin, changed.revision_id) == (Origin.REVISION, made.id)
    assert after.templates[Situation.HELLO, Form.EMAIL] == before.templates[Situation.HELLO, Form.EMAIL]
    assert words_in_force(scene.session)["es"] == language_words("es")


def test_words_read_in_the_evening_bear_the_districts_day(scene: Scene, head: Viewer) -> None:
    evening = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)  # half past eight on the 24th in Chicago
    signed = Signed("A. Reyes", "Shorter.", 0)
    revise_messages(scene.session, head, "en", Situation.HELLO, {Form.TEXT: Written((HELLO,))}, signed, evening)
    changed = language_in_force(scene.session, "en").templates[Situation.HELLO, Form.TEXT]
    assert changed.approved_on == date(2026, 11, 24)


def test_the_night_writes_with_the_words_in_force(scene: Scene, head: Viewer) -> None:
    revise(scene, head)
    scene.home(Band.HIGH, student={"given_name": "Ines"})
    plan_night(scene.session, NIGHT)
    assert scene.only().body == f"Good morning Rosa, L. Alvarez here, from {scene.school.name}. How is Ines?"


def test_words_put_back_are_those_of_just_before_and_at_last_those_of_the_file(scene: Scene, head: Viewer) -> None:
    shipped = text_of(scene)
    first = revise(scene, head, "First. {guardian}")
    second = revise(scene, head, "Second. {guardian}")
    take_back_message(scene.session, head, second.id, NOW)
    assert text_of(scene) == ("First. {guardian}",)
    with pytest.raises(WordsRefused, match=r"L\. Alvarez changed these words since"):
        take_back_message(scene.session, head, first.id, NOW)
    newest = newest_revision(scene.session, "en", Situation.HELLO)
    take_back_message(scene.session, head, first.id, NOW, seen=newest)
    assert text_of(scene) == shipped

    third = revise(scene, head, "Third. {guardian}")
    with pytest.raises(WordsRefused, match="changed these words since"):
        back_to_file(scene.session, head, "en", Situation.HELLO, Form.TEXT, NOW, seen=newest)
    back_to_file(scene.session, head, "en", Situation.HELLO, Form.TEXT, NOW, seen=third.id)
    assert text_of(scene) == shipped
    with pytest.raises(WordsRefused, match="Nothing differs"):
        back_to_file(scene.session, head, "en", Situation.HELLO, Form.TEXT, NOW)

    lines = message_history(scene.session, head, "en", Situation.HELLO).lines
    assert [said(one.why) for one in lines] == [
        "Back to the words of the file.", "Shorter.", f"Takes back change number {first.id}.",
        f"Takes back change number {second.id}.", "Shorter.", "Shorter.",
    ]  # fmt: skip
    assert len(scene.session.scalars(select(AuditEvent).where(AuditEvent.action == "revise_message")).all()) == 6


def test_the_history_comes_in_pages_by_key(scene: Scene, head: Viewer) -> None:
    made = [revise(scene, head, f"Number {at}. {{guardian}}").id for at in range(23)]
    first = message_history(scene.session, head, "en", Situation.HELLO)
    assert [one.id for one in first.lines] == made[:2:-1]
    last = message_history(scene.session, head, "en", Situation.HELLO, first.before)
    assert [one.id for one in last.lines] == made[2::-1]
    assert last.before is None


@pytest.mark.parametrize(
    ("form", "body", "sentence"),
    [
        (Form.TEXT, "Hello {surname}", "{surname} is not allowed; use guardian, student"),
        (Form.TEXT, "Hello {student.id}", "{student.id} is not allowed"),
        (Form.TEXT, "Hello {}", "{} is not allowed"),
        (Form.TEXT, "Hello {student!r}", "a plain name in curly brackets"),
        (Form.TEXT, "Hello {student:>90}", "a plain name in curly brackets"),
        (Form.TEXT, "Hello {student", "A curly bracket is not closed"),
        (Form.TEXT, "Hello student}", "A curly bracket is not closed, or closes nothing"),
        (Form.TEXT, "{student} has {percent}", "{percent} is a mark, and a text carries none"),
        (Form.TEXT, "{student} has 58% now", "it carries no mark"),
        (Form.TEXT, "{student} " + "works and works " * 30, "takes 4 texts, and at most 3 may go at once"),
        (Form.TEXT_WITH_MARKS, "{percent} " + "works and works " * 30, "at most 3 may go at once"),
        (Form.TEXT, "Hello [name], how is {student}?", "Replace “[name]” with your own words first."),
        (Form.CALL, "Hello {{{{student}}}}", "was never filled in"),
        (Form.LETTER, "Dear , {student} does well.", "The greeting names nobody"),
        (Form.LETTER, "{student} was away {days_absent} days", "{days_absent} has no value here"),
        (Form.LETTER, "a" * 10_001, "10,001 characters"),
        (Form.LETTER, "  \n ", "Write at least one sentence"),
    ],
)
def test_words_that_no_family_could_read_are_refused_in_a_sentence(
    scene: Scene, head: Viewer, form: Form, body: str, sentence: str
) -> None:
    assert sentence in refusal(scene, head, form, body)
    assert scene.session.scalars(select(MessageRevision)).all() == []


@pytest.mark.parametrize(
    ("title", "sentence"),
    [("", "needs a subject line"), ("About {surname}", "not allowed"), ("About [name]", "Replace"), ("a" * 151, "151")],
)
def test_an_email_needs_a_subject_line_that_can_be_read(scene: Scene, head: Viewer, title: str, sentence: str) -> None:
    assert sentence in refusal(scene, head, Form.EMAIL, "Hello {guardian}", title)


def test_words_need_a_reader_and_a_reason_and_all_that_is_wrong_is_said_at_once(scene: Scene, head: Viewer) -> None:
    written = {Form.TEXT: Written(("{x}", "", "{y}")), Form.CALL: Written(("Hello {guardian}",))}
    with pytest.raises(WordsRefused) as refused:
        revise_messages(scene.session, head, "en", Situation.HELLO, written, Signed(" ", "", 0), NOW)
    assert [field for field, _sentence in refused.value.problems] == [
        "text.body.0",
        "text.body.2",
        "approved_by",
        "why",
    ]
    assert scene.session.scalars(select(MessageRevision)).all() == []


def test_nobody_writes_over_what_another_has_written_unseen(scene: Scene, head: Viewer) -> None:
    revise(scene, head)
    with pytest.raises(WordsRefused, match=r"L\. Alvarez changed these words while you wrote"):
        revise_messages(
            scene.session, head, "en", Situation.HELLO, {Form.TEXT: Written(("Mine. {guardian}",))},
            Signed("A. Reyes", "Mine", seen=0), NOW,
        )  # fmt: skip
    assert text_of(scene) == (HELLO,)


def test_another_reader_stands_for_the_words_as_they_are(scene: Scene, head: Viewer) -> None:
    shipped = language_in_force(scene.session, "es")
    forms = {form: Written(one.bodies, one.title or "") for (of, form), one in shipped.templates.items()
             if of is Situation.HELLO}  # fmt: skip
    made = revise_messages(scene.session, head, "es", Situation.HELLO, forms, Signed("M. Soto", "Read aloud", 0), NOW)
    assert {one.form for one in made} == set(forms)
    now = language_in_force(scene.session, "es").templates
    assert {now[Situation.HELLO, form].approved_by for form in forms} == {"M. Soto"}
    assert all(now[key].bodies == one.bodies and now[key].title == one.title for key, one in shipped.templates.items())
    with pytest.raises(WordsRefused, match="Nothing differs"):
        revise_messages(scene.session, head, "es", Situation.HELLO, forms, Signed("M. Soto", "Again", made[-1].id), NOW)


def test_only_the_districts_administrator_changes_words(scene: Scene) -> None:
    for role in set(AccountRole) - {AccountRole.DISTRICT_ADMINISTRATOR}:
        person = scene.viewer(scene.world.staff(scene.school), role)
        with pytest.raises(NotAllowed):
            revise(scene, person)
        with pytest.raises(NotAllowed):
            back_to_file(scene.session, person, "en", Situation.HELLO, Form.TEXT, NOW)
        with pytest.raises(NotAllowed):
            take_back_message(scene.session, person, 1, NOW)
        with pytest.raises(NotAllowed):
            message_history(scene.session, person, "en", Situation.HELLO)


def begin(scene: Scene, head: Viewer, language: str, leave_out: Situation | None = None) -> None:
    """Every word of a language, as if somebody had translated the English ones."""
    english = language_words("en")
    for situation in set(Situation) - {leave_out}:
        forms = {
            form: Written(one.bodies, one.title or "") for (of, form), one in english.templates.items()
            if of is situation
        }  # fmt: skip
        revise_messages(scene.session, head, language, situation, forms, SIGNED, NOW)


def test_a_language_is_used_once_all_of_its_words_are_there(scene: Scene, head: Viewer) -> None:
    """Until then families that read it are called, with an interpreter."""
    english = language_words("en")
    begin(scene, head, "vi", leave_out=Situation.WEEKLY)
    words = words_in_force(scene.session)
    assert set(lacking(words["vi"], words["en"]).forms) == {Situation.WEEKLY}
    assert approved_languages(words) == {"en", "es"}

    home = scene.home(Band.HIGH, language="vi")
    plan_night(scene.session, NIGHT)
    called = scene.only()
    assert (called.family_id, called.channel, called.interpreter) == (home.family.id, Channel.PHONE, True)

    weekly = {form: Written(one.bodies, one.title or "") for (of, form), one in english.templates.items()
              if of is Situation.WEEKLY}  # fmt: skip
    revise_messages(scene.session, head, "vi", Situation.WEEKLY, weekly, SIGNED, NOW)
    words = words_in_force(scene.session)
    missing = lacking(words["vi"], words["en"])
    assert not missing.forms
    assert ("steps", "math") in missing.shared  # or every draft about math would wait for a person
    assert approved_languages(words) == {"en", "es"}

    shared = {key: text for key in SHARED_KEYS if (text := english.shared(*key))}
    revise_shared(scene.session, head, "vi", shared, SIGNED, NOW)
    assert approved_languages(words_in_force(scene.session)) == {"en", "es", "vi"}
    scene.session.delete(called)
    scene.session.flush()
    plan_night(scene.session, NIGHT)
    written = scene.only()
    assert (written.channel, written.language, written.interpreter) == (Channel.SMS, "vi", False)
    assert written.body_in_staff_language is not None


def test_a_language_whose_words_are_taken_away_is_used_no_more(scene: Scene, head: Viewer) -> None:
    begin(scene, head, "vi")
    revise_shared(
        scene.session, head, "vi", {key: text for key in SHARED_KEYS if (text := language_words("en").shared(*key))},
        SIGNED, NOW,
    )  # fmt: skip
    assert "vi" in approved_languages(words_in_force(scene.session))
    back_to_file(scene.session, head, "vi", Situation.HELLO, Form.EMAIL, NOW)
    words = words_in_force(scene.session)
    assert lacking(words["vi"], words["en"]).forms == {Situation.HELLO: (Form.EMAIL,)}
    assert "vi" not in approved_languages(words)


def test_a_further_form_is_emptied_again_where_no_file_has_it(scene: Scene, head: Viewer) -> None:
    marks = {Form.TEXT_WITH_MARKS: Written(("{student} is at {percent} now.",))}
    [made] = revise_messages(scene.session, head, "en", Situation.CONCERN, marks, SIGNED, NOW)
    assert made.bodies == ["{student} is at {percent} now."]
    empty = {Form.TEXT_WITH_MARKS: Written(("", " "))}
    [made] = revise_messages(scene.session, head, "en", Situation.CONCERN, empty, SIGNED, NOW)
    assert made.bodies is None
    assert (Situation.CONCERN, Form.TEXT_WITH_MARKS) not in language_in_force(scene.session, "en").templates


def test_shared_words_are_changed_and_put_back(scene: Scene, head: Viewer) -> None:
    shipped = language_words("en").shared("steps", "math")
    [made] = revise_shared(scene.session, head, "en", {("steps", "math"): "  doing  one sum\na day "}, SIGNED, NOW)
    assert (made.situation, made.form) == (SHARED, "steps.math")
    assert language_in_force(scene.session, "en").shared("steps", "math") == "doing one sum a day"
    take_back_message(scene.session, head, made.id, NOW)
    assert language_in_force(scene.session, "en").shared("steps", "math") == shipped


@pytest.mark.parametrize(
    ("key", "words", "sentence"),
    [
        (("steps", "math"), "helping {student}", "leave {student} out"),
        (("titles", "from_teacher"), "From {guardian}", "{guardian} is not allowed; use school, teacher."),
        (("titles", "from_school"), "From [school]", "Replace “[school]”"),
        (("subjects", "math"), "", "Write at least one sentence"),
        (("steps", "math"), "a" * 201, "201 characters"),
        (("short_steps", "math"), "ten minutes of sums each evening, ţ one more " * 4, "grows too long"),
    ],
)
def test_shared_words_that_would_spoil_a_message_are_refused(
    scene: Scene, head: Viewer, key: tuple[str, str], words: str, sentence: str
) -> None:
    with pytest.raises(WordsRefused) as refused:
        revise_shared(scene.session, head, "en", {key: words}, SIGNED, NOW)
    assert [field for field, _sentence in refused.value.problems] == [".".join(key)]
    assert sentence in str(refused.value)


def test_a_language_that_was_begun_and_given_up_has_no_words(scene: Scene, head: Viewer) -> None:
    made = revise(scene, head, language="vi")
    assert "vi" in words_in_force(scene.session)
    take_back_message(scene.session, head, made.id, NOW)
    assert "vi" not in words_in_force(scene.session)


@pytest.mark.parametrize("change", ["UPDATE message_revision SET why = 'x'", "DELETE FROM message_revision"])
def test_history_cannot_be_rewritten(scene: Scene, head: Viewer, change: str) -> None:
    revise(scene, head)
    with pytest.raises(DBAPIError, match="append-only"):
        scene.session.execute(text(change))


def test_families_are_counted_by_the_languages_they_read(scene: Scene, head: Viewer) -> None:
    scene.home(language="es")
    both = scene.home(language="es-MX")
    scene.world.guardian(both.student, language="vi")
    scene.home(language=None)
    scene.world.guardian(scene.home(language="en").student, language="en")
    scene.home(language="ar").guardian.active = False
    scene.session.flush()
    assert families_by_language(scene.session, head) == {"es": 2, "en": 1, "vi": 1, None: 1}

"""Words kept for the safety list: hidden wherever they could be shown, and nothing hidden but the words."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from jobs.digest_items import items_of_staff
from jobs.reminders import remind
from models import InboundMessage, Request, SafetyOutcome
from outreach.access import Viewer
from outreach.access.guarded import KEPT, guarded_contacts, guarded_inbound, may_read_contact
from outreach.contacts import (
    Entry,
    Side,
    close_request,
    log_inbound_contact,
    receive_question,
    timeline,
    waiting_requests,
)
from outreach.contacts.questions import Question
from outreach.delivery.safety import alerts_of_contacts, end, link_contact, raise_by_hand, raise_for_inbound
from tests.jobs.scene import render
from tests.safety.scene import DANGER, FRIDAY_NIGHT, LINK, Scene
from tests.world import NOW

MONDAY = datetime.fromisoformat("2026-11-23T10:00:00-06:00")


def entries(scene: Scene, viewer: Viewer) -> tuple[Entry, ...]:
    """What was said; not what was done about it, which stands in the timeline too."""
    every = timeline(scene.session, viewer, scene.family.id, NOW).entries
    return tuple(entry for entry in every if entry.side is not Side.RECORD)


def questions(scene: Scene, viewer: Viewer) -> list[str]:
    return [row.question for row in waiting_requests(scene.session, viewer, NOW)]


def later(scene: Scene, words: str, at: datetime, *, danger: bool) -> InboundMessage:
    """Another text of Rosa's, read as the first was."""
    inbound = scene.writes(words, at)
    if danger:
        raise_for_inbound(scene.session, inbound, scene.school.id, ["kill herself"], at)
    logged = log_inbound_contact(scene.session, inbound=inbound, family_id=scene.family.id, now=at)
    link_contact(scene.session, inbound.id, logged.contact.id)
    return inbound


def test_that_the_family_wrote_shows_and_what_it_wrote_does_not(scene: Scene) -> None:
    scene.alerted()
    (entry,) = entries(scene, scene.teacher)
    assert (entry.words, entry.withheld, entry.at, entry.who) == (None, KEPT, FRIDAY_NIGHT, "Rosa Delgado")
    assert entry.request is not None
    assert (entry.request.question, entry.request.due_at is not None) == (KEPT, True)
    assert questions(scene, scene.teacher) == [KEPT]


def test_the_list_reads_them_everywhere(scene: Scene) -> None:
    scene.alerted()
    (entry,) = entries(scene, scene.listener)
    assert (entry.words, entry.withheld) == (DANGER, None)
    assert questions(scene, scene.listener) == [DANGER]


def test_they_are_kept_also_before_the_alert_knows_its_contact(scene: Scene) -> None:
    inbound = scene.writes()
    raise_for_inbound(scene.session, inbound, scene.school.id, ["kill herself"], FRIDAY_NIGHT)
    log_inbound_contact(scene.session, inbound=inbound, family_id=scene.family.id, now=FRIDAY_NIGHT)
    assert [entry.words for entry in entries(scene, scene.teacher)] == [None]
    assert questions(scene, scene.teacher) == [KEPT]


def test_after_no_danger_everybody_reads_them_again_and_after_handled_only_the_list(scene: Scene) -> None:
    alert = scene.alerted()
    end(scene.session, scene.listener, alert.id, SafetyOutcome.HANDLED, NOW, "Called.")
    assert [entry.words for entry in entries(scene, scene.teacher)] == [None]
    alert.outcome = SafetyOutcome.NO_DANGER
    scene.session.flush()
    assert [entry.words for entry in entries(scene, scene.teacher)] == [DANGER]
    assert questions(scene, scene.teacher) == [DANGER]


def test_words_that_reopened_an_older_question_are_kept_though_another_contact_opened_it(scene: Scene) -> None:
    first = later(scene, "Can Maya retake the test?", FRIDAY_NIGHT, danger=False)
    asked = scene.session.scalars(select(Request)).one()
    close_request(scene.session, asked.id, FRIDAY_NIGHT, no_answer_needed="Answered at the door.")
    later(scene, DANGER, MONDAY, danger=True)
    assert asked.question == DANGER
    assert questions(scene, scene.teacher) == [KEPT]
    shown = {entry.contact_id: entry.words for entry in entries(scene, scene.teacher)}
    assert shown.pop(first.contact_id) == "Can Maya retake the test?"
    assert list(shown.values()) == [None]
    assert DANGER not in str(entries(scene, scene.teacher))


def test_a_plain_question_stays_readable_when_words_of_danger_follow_it(scene: Scene) -> None:
    later(scene, "Can Maya retake the test?", FRIDAY_NIGHT, danger=False)
    later(scene, DANGER, MONDAY, danger=True)
    assert questions(scene, scene.teacher) == ["Can Maya retake the test?"]
    assert [entry.words for entry in entries(scene, scene.teacher)] == [None, "Can Maya retake the test?"]


def test_raised_by_hand_they_are_kept_from_who_raised_it_too(scene: Scene) -> None:
    contact = scene.world.contact(scene.maya, staff_id=scene.alvarez.id, summary="Rosa sounded afraid.")
    assert may_read_contact(scene.session, scene.teacher, contact.id)
    raise_by_hand(scene.session, scene.teacher, contact.id, NOW)
    assert not may_read_contact(scene.session, scene.teacher, contact.id)
    assert [entry.withheld for entry in entries(scene, scene.teacher)] == [KEPT]


def test_in_an_inbox_they_are_kept_too(scene: Scene) -> None:
    alert, plain = scene.alerted(), scene.writes("Thanks!")
    guarded = set(scene.session.scalars(guarded_inbound(scene.teacher)))
    assert guarded == {alert.inbound_id}
    assert plain.id not in guarded
    assert scene.session.scalars(guarded_inbound(scene.listener)).all() == []


def test_words_of_a_number_that_nobody_knows_are_kept_from_who_is_on_no_list(scene: Scene) -> None:
    scene.world.school(name="Hillside High")
    unknown = scene.writes(address_id=None, guardian_id=None, family_id=None, from_value="+13125559999")
    raise_for_inbound(scene.session, unknown, None, ["kill herself"], FRIDAY_NIGHT)
    assert scene.session.scalars(guarded_inbound(scene.teacher)).all() == [unknown.id]
    assert scene.session.scalars(guarded_inbound(None)).all() == [unknown.id]
    assert scene.session.scalars(guarded_inbound(scene.listener)).all() == []


def test_nobody_reads_them_in_a_digest_or_a_reminder_not_even_the_list(scene: Scene) -> None:
    alert = scene.alerted(at=MONDAY)
    assert list(scene.session.scalars(guarded_contacts(None))) == [alert.contact_id]
    assert items_of_staff(scene.session, NOW) == {}
    assert remind(scene.session, render, LINK, MONDAY) == 0
    end(scene.session, scene.listener, alert.id, SafetyOutcome.NO_DANGER, MONDAY)
    assert list(items_of_staff(scene.session, NOW)) == [scene.alvarez.id]
    assert remind(scene.session, render, LINK, MONDAY) == 1


def test_a_reopened_question_with_kept_words_is_in_no_digest_either(scene: Scene) -> None:
    later(scene, "Can Maya retake the test?", FRIDAY_NIGHT, danger=False)
    asked = scene.session.scalars(select(Request)).one()
    close_request(scene.session, asked.id, FRIDAY_NIGHT, no_answer_needed="Answered at the door.")
    later(scene, DANGER, MONDAY, danger=True)
    assert items_of_staff(scene.session, NOW) == {}
    assert asked.due_at is not None
    assert remind(scene.session, render, LINK, asked.due_at - timedelta(minutes=30)) == 0


def test_a_question_without_a_contact_is_nobodys_secret(scene: Scene) -> None:
    asked = Question(family_id=scene.family.id, words="On paper: when is the concert?", asked_at=MONDAY)
    receive_question(scene.session, asked, MONDAY)
    scene.alerted(at=MONDAY + timedelta(hours=1))
    assert "On paper: when is the concert?" in questions(scene, scene.teacher)


def test_words_given_beside_a_yes_or_no_are_kept_with_the_message_that_brought_them(scene: Scene) -> None:
    call = scene.world.contact(scene.maya, staff_id=scene.alvarez.id)
    alert = scene.alerted("No, he hits us still", MONDAY)
    given = {"contact_id": call.id, "helped": False, "guardian_id": scene.rosa.id}
    scene.world.verdict(scene.family, **given, words="he hits us still", given_at=MONDAY)

    def shown(viewer: Viewer) -> list[str | None]:
        return [entry.helped.words for entry in entries(scene, viewer) if entry.helped]

    assert shown(scene.teacher) == [KEPT]
    assert shown(scene.listener) == ["he hits us still"]
    end(scene.session, scene.listener, alert.id, SafetyOutcome.NO_DANGER, NOW)
    assert shown(scene.teacher) == ["he hits us still"]


def test_a_timeline_leads_to_the_alerts_that_the_viewer_reads(scene: Scene) -> None:
    alert = scene.alerted()
    assert alert.contact_id is not None
    assert alerts_of_contacts(scene.session, scene.listener, [alert.contact_id]) == {alert.contact_id: alert.id}
    assert alerts_of_contacts(scene.session, scene.teacher, [alert.contact_id]) == {}

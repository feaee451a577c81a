"""Whose a message is and to whom it goes: by its address, and by what we last wrote to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from models import (
    AccountRole,
    Address,
    Channel,
    Contact,
    ContactPoint,
    DeliveryAttempt,
    Family,
    Guardianship,
    InboundReading,
    InboundState,
    InboundWait,
    Initiator,
    MessageKind,
    Outcome,
    Request,
    SafetyAlert,
)
from outreach.access import viewer_of
from outreach.contacts.checks import LONGEST_SUMMARY
from outreach.delivery import DeliveryRefused
from outreach.delivery.inbound import match
from outreach.delivery.inbound.route import recent_senders
from tests.delivery.letters import Household
from tests.world import NOW, World

from .mail import Mailroom


def second_family(mailroom: Mailroom, home: Household) -> Household:
    """Luz Ruiz and Leo, of another family, who share Rosa's phone."""

    def made(world: World) -> Household:
        leo = world.student(world.session.merge(home.school), given_name="Leo", family_name="Ruiz")
        luz = world.guardian(leo, given_name="Luz", family_name="Ruiz")
        world.add(ContactPoint(guardian_id=luz.id, address_id=home.phone.id))
        return Household(home.school, leo, luz, world.family(leo), home.phone)

    return mailroom.build(made)


def test_on_the_evening_before_a_guardianship_ends_the_words_are_still_the_guardians(mailroom: Mailroom) -> None:
    home = mailroom.home()
    with mailroom.sessions.begin() as session:
        session.execute(update(Guardianship).values(ended_on=date(2026, 11, 25)))
    evening = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)  # seven o'clock on the 24th in Chicago
    assert mailroom.arrives("Can she retake the test?", at=evening).guardian_id == home.guardian.id
    assert mailroom.arrives("And the other one?", at=evening + timedelta(days=1)).guardian_id is None


def test_what_a_family_writes_is_its_contact_and_a_question_to_who_wrote_last(mailroom: Mailroom) -> None:
    home = mailroom.home()
    first, last = (mailroom.build(lambda world: world.staff(world.session.merge(home.school))) for _ in range(2))
    mailroom.sent(home, staff=first, ago=timedelta(days=3))
    answered = mailroom.sent(home, staff=last)
    came = mailroom.arrives("Can she retake the test?")

    (asked,) = mailroom.rows(select(Request))
    (contact,) = mailroom.rows(select(Contact).where(Contact.initiator == Initiator.FAMILY))
    assert (asked.owner_staff_id, asked.question) == (last.id, "Can she retake the test?")
    assert (contact.guardian_id, contact.staff_id, contact.channel) == (home.guardian.id, last.id, Channel.SMS)
    assert (came.staff_id, came.answers_message_id, came.read_as) == (last.id, answered.id, InboundReading.QUESTION)
    with mailroom.sessions() as session:
        assert recent_senders(session, came) == [last.id, first.id]


def test_our_message_that_it_replies_to_has_come_across(mailroom: Mailroom) -> None:
    home = mailroom.home()
    sent = mailroom.sent(home)
    mailroom.arrives("Thank you!")

    (ours,) = mailroom.rows(select(Contact).where(Contact.message_id == sent.id))
    assert ours.outcome is Outcome.REPLIED


def test_thanks_are_a_contact_and_no_question(mailroom: Mailroom) -> None:
    mailroom.home()
    came = mailroom.arrives("Thank you so much! 🙏")

    assert came.read_as is InboundReading.THANKS
    assert len(mailroom.rows(select(Contact))) == 1
    assert not mailroom.rows(select(Request))


def test_without_a_message_of_ours_in_14_days_the_school_s_own_owner_gets_it(mailroom: Mailroom) -> None:
    home = mailroom.home()
    teacher = mailroom.build(lambda world: world.staff(world.session.merge(home.school)))
    mailroom.build(
        lambda world: world.teaches(
            world.session.merge(teacher),
            world.section(world.session.merge(home.school)),
            world.session.merge(home.student),
        )
    )
    stranger = mailroom.build(lambda world: world.staff(world.session.merge(home.school)))
    mailroom.sent(home, staff=stranger, ago=timedelta(days=15))
    came = mailroom.arrives("Can she retake the test?")

    assert came.staff_id is None
    assert [asked.owner_staff_id for asked in mailroom.rows(select(Request))] == [teacher.id]


def test_a_letter_longer_than_a_contact_is_whole_on_the_message_and_cut_with_a_mark_in_the_timeline(
    mailroom: Mailroom,
) -> None:
    home = mailroom.home()
    sent = mailroom.sent(home, body="muy largo " * 1_500)
    letter = "La leí toda. " * 1_500
    came = mailroom.arrives(letter)

    assert came.body == letter
    ours, theirs = mailroom.rows(select(Contact.summary).order_by(Contact.id))
    (asked,) = mailroom.rows(select(Request.question))
    for words in (ours, theirs, asked):
        assert words is not None
        assert len(words) <= LONGEST_SUMMARY
        assert words.endswith("more characters stand in the message itself.]")
    assert asked == theirs
    assert came.answers_message_id == sent.id


def test_pictures_are_noted_and_not_kept(mailroom: Mailroom) -> None:
    mailroom.home()
    mailroom.arrives("Look at this", pictures=2)
    mailroom.arrives("", pictures=1, at=NOW + timedelta(minutes=1))

    contacts = mailroom.rows(select(Contact.summary).order_by(Contact.id))
    assert contacts == ["Look at this\n(sent 2 pictures; we do not keep them)", "(sent a picture; we do not keep it)"]
    assert len(mailroom.rows(select(Request))) == 1


def test_two_parents_on_one_phone_leave_open_who_of_them_wrote(mailroom: Mailroom) -> None:
    home = mailroom.home()

    def father(world: World) -> None:
        made = world.guardian(world.session.merge(home.student), given_name="Luis")
        world.add(ContactPoint(guardian_id=made.id, address_id=home.phone.id))

    mailroom.build(father)
    came = mailroom.arrives("Can she retake the test?")

    assert (came.family_id, came.guardian_id) == (home.family.id, None)
    assert [asked.guardian_id for asked in mailroom.rows(select(Request))] == [None]


def test_a_phone_of_two_families_goes_by_what_was_last_sent_to_it(mailroom: Mailroom) -> None:
    home = mailroom.home()
    other = second_family(mailroom, home)
    mailroom.sent(home, ago=timedelta(days=3))
    mailroom.sent(other, ago=timedelta(hours=5))
    came = mailroom.arrives("Can he retake the test?")

    assert (came.family_id, came.guardian_id) == (other.family.id, other.guardian.id)


def test_a_phone_of_two_families_that_were_written_to_at_the_same_time_waits_for_a_person(mailroom: Mailroom) -> None:
    home = mailroom.home()
    other = second_family(mailroom, home)
    mailroom.sent(home, ago=timedelta(minutes=130))
    mailroom.sent(other, ago=timedelta(minutes=120))
    came = mailroom.arrives("Can he retake the test?")

    assert (came.family_id, came.state, came.waits_because) == (None, InboundState.NEW, InboundWait.SHARED_ADDRESS)
    assert not mailroom.rows(select(Request))


def test_a_phone_of_two_families_that_nobody_wrote_to_waits_for_a_person(mailroom: Mailroom) -> None:
    home = mailroom.home()
    second_family(mailroom, home)

    assert mailroom.arrives("Can he retake the test?").waits_because is InboundWait.SHARED_ADDRESS


def test_a_number_that_nobody_has_waits_for_a_person_with_its_words(mailroom: Mailroom) -> None:
    mailroom.home()
    came = mailroom.arrives("Is practice on?", sender="+13125550177")

    assert (came.state, came.waits_because, came.body) == (
        InboundState.NEW, InboundWait.UNKNOWN_SENDER, "Is practice on?",
    )  # fmt: skip
    assert not mailroom.rows(select(Contact))


def mailed(mailroom: Mailroom) -> tuple[Household, Address, str]:
    """Rosa's mailbox, and the attempt of an e-mail that was sent to it."""
    home = mailroom.home()
    box = mailroom.build(lambda world: world.email(world.session.merge(home.guardian), "rosa@example.org"))
    sent = mailroom.sent(
        home, channel=Channel.EMAIL, to_kind=box.kind, to_value=box.value, address_id=box.id, title="Maya"
    )
    mailroom.build(
        lambda world: world.add(
            DeliveryAttempt(id="a" * 32, message_id=sent.id, provider="sandbox", started_at=NOW, deadline_at=NOW)
        )
    )
    return home, box, "a" * 32


def test_an_answer_by_e_mail_goes_to_the_message_whose_reply_address_it_came_to(mailroom: Mailroom) -> None:
    home, _, attempt = mailed(mailroom)
    came = mailroom.mails(
        "When can we talk?\n\nOn Tue, Nov 24, 2026 at 10:00 AM Lakeside wrote:\n> Maya asked", "ROSA@example.org",
        title="Re: Maya", answers_attempt=attempt,
    )  # fmt: skip

    assert (came.family_id, came.guardian_id, came.body) == (home.family.id, home.guardian.id, "When can we talk?")
    assert came.answers_message_id is not None
    assert [asked.question for asked in mailroom.rows(select(Request))] == ["When can we talk?"]


def test_whoever_has_a_forwarded_reply_address_is_not_taken_for_the_family(mailroom: Mailroom) -> None:
    home, _, attempt = mailed(mailroom)
    came = mailroom.mails("I want her records", "somebody@example.net", answers_attempt=attempt)

    assert (came.family_id, came.state, came.waits_because) == (None, InboundState.NEW, InboundWait.OTHER_ADDRESS)
    assert came.answers_message_id is not None
    assert not mailroom.rows(select(Contact).where(Contact.initiator == Initiator.FAMILY))
    assert mailroom.rows(select(Family.id)) == [home.family.id]


def test_a_sender_whom_the_mail_server_does_not_vouch_for_waits_for_a_person(mailroom: Mailroom) -> None:
    mailed(mailroom)
    came = mailroom.mails("I want her records", "rosa@example.org", raw={"authenticated": False})

    assert (came.family_id, came.waits_because) == (None, InboundWait.UNPROVED_SENDER)


def test_an_e_mail_s_own_subject_line_is_part_of_its_words_and_ours_is_not(mailroom: Mailroom) -> None:
    mailed(mailroom)
    mailroom.mails("Please excuse her.", "rosa@example.org", title="Maya is ill today")
    mailroom.mails("And tomorrow?", "rosa@example.org", title="Re: Maya", at=NOW + timedelta(minutes=1))

    words = mailroom.rows(select(Contact.summary).where(Contact.initiator == Initiator.FAMILY).order_by(Contact.id))
    assert words == ["Maya is ill today\n\nPlease excuse her.", "And tomorrow?"]


def test_an_automatic_reply_stands_in_the_timeline_and_opens_no_question(mailroom: Mailroom) -> None:
    home = mailroom.home()
    sent = mailroom.sent(home)
    came = mailroom.arrives("I’m driving with Focus turned on. I’ll see your message when I get where I’m going.")

    assert came.read_as is InboundReading.AUTOMATIC
    assert not mailroom.rows(select(Request))
    assert not mailroom.replies()
    (ours,) = mailroom.rows(select(Contact).where(Contact.message_id == sent.id))
    assert ours.outcome is Outcome.DELIVERED


def test_headers_that_say_so_make_it_automatic_whatever_its_words(mailroom: Mailroom) -> None:
    mailed(mailroom)
    came = mailroom.mails("Back on Monday. Who can help meanwhile?", "rosa@example.org", automatic=True)

    assert came.read_as is InboundReading.AUTOMATIC
    assert not mailroom.rows(select(Request))


def test_somebody_at_the_wheel_who_also_says_something_is_a_person(mailroom: Mailroom) -> None:
    mailroom.home()

    assert mailroom.arrives("I'm driving, Maya is sick today").read_as is InboundReading.QUESTION


def test_a_message_about_a_child_answers_for_that_child(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.sent(home, MessageKind.TEACHER)
    mailroom.arrives("Which page?")

    assert [asked.student_id for asked in mailroom.rows(select(Request))] == [home.student.id]


def test_whoever_pretends_to_be_the_family_can_end_its_e_mails_and_no_more(mailroom: Mailroom) -> None:
    _, box, _ = mailed(mailroom)
    mailroom.mails("You have the wrong person.", "rosa@example.org", raw={"authenticated": False})
    assert not mailroom.ledger()
    mailroom.mails("unsubscribe", "rosa@example.org", raw={"authenticated": False})
    mailroom.mails("START", "rosa@example.org", raw={"authenticated": False})

    assert {(one.address_id, one.state) for one in mailroom.ledger()} == {(box.id, "out")}
    assert [reply.to_value for reply in mailroom.replies()] == ["rosa@example.org"]
    assert mailroom.rows(select(Address.health).where(Address.id == box.id)) == ["usable"]


def test_a_sender_who_cannot_be_read_is_a_person_whose_words_are_read_and_who_waits_for_one(
    mailroom: Mailroom,
) -> None:
    _, _, attempt = mailed(mailroom)
    night = NOW + timedelta(hours=12)
    came = mailroom.mails("He says he wants to die", "", night, answers_attempt=attempt, raw={"authenticated": False})

    assert (came.state, came.waits_because, came.family_id) == (InboundState.NEW, InboundWait.UNKNOWN_SENDER, None)
    assert came.answers_message_id is not None
    assert mailroom.rows(select(SafetyAlert.found)) == [["wants to die"]]
    assert not mailroom.replies()
    mailroom.mails("STOP", "", night + timedelta(minutes=1), raw={"authenticated": False})
    assert not mailroom.ledger()


def test_a_message_without_a_sender_is_matched_and_its_address_not_kept(mailroom: Mailroom) -> None:
    home, _, _ = mailed(mailroom)
    came = mailroom.mails("When can we talk?", "", raw={"authenticated": False})
    with mailroom.sessions.begin() as session:
        world = World(session)
        account = world.account(world.staff(session.merge(home.school)), AccountRole.RECORDER)
        recorder, whose = viewer_of(session, account, NOW), (home.family.id, home.guardian.id)
        with pytest.raises(DeliveryRefused, match="names no address"):
            match(session, recorder, came.id, *whose, mailroom.providers, NOW, add_address=True)
        match(session, recorder, came.id, *whose, mailroom.providers, NOW)

    assert [asked.question for asked in mailroom.rows(select(Request))] == ["When can we talk?"]


def test_what_nobody_sent_and_calls_itself_automatic_is_not_searched(mailroom: Mailroom) -> None:
    mailed(mailroom)
    came = mailroom.mails("In danger, call 911.", "", automatic=True, raw={"authenticated": False})

    assert (came.state, came.read_as) == (InboundState.DISMISSED, InboundReading.AUTOMATIC)
    assert not mailroom.rows(select(SafetyAlert))


def test_a_mail_server_s_report_with_no_sender_stands_aside(mailroom: Mailroom) -> None:
    mailed(mailroom)
    came = mailroom.mails("unsubscribe", "", title="Delivery Status Notification (Failure)")

    assert (came.state, came.read_as) == (InboundState.DISMISSED, InboundReading.AUTOMATIC)

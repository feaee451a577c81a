"""Raised by mistake: its raiser takes it back at once, never without a trace, and never over somebody else's head."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from models import AccountRole, AuditEvent, Channel, Contact, Message, MessageState, OnCall, SafetyAlert, SafetyOutcome
from outreach.access.guarded import may_read_contact
from outreach.delivery import Providers, deliver_due
from outreach.delivery.safety import (
    SafetyRefused,
    alerts_waiting,
    can_take_back,
    end,
    ended_alerts,
    put_back,
    raise_about_family,
    raise_by_hand,
    read_alert,
    reopen,
    take,
    take_back_alert,
    tell_again,
)
from outreach.delivery.safety.mistake import DIRECTLY, MISTAKE
from outreach.delivery.still_so import no_longer_so
from outreach.errors import NotFound
from outreach.language import _, speaking
from tests.safety.scene import FRIDAY_NIGHT, LINK, Scene, build
from tests.world import NOW, World

SOON = NOW + timedelta(minutes=1)
A_MOMENT = timedelta(seconds=1)


def call(scene: Scene) -> Contact:
    return scene.world.contact(scene.maya, staff_id=scene.alvarez.id, summary="She laughed about the movie.")


def raised(scene: Scene) -> SafetyAlert:
    return raise_by_hand(scene.session, scene.teacher, call(scene).id, NOW)


def sent(scene: Scene, *states: MessageState) -> list[Message]:
    """The list is told; its text and its e-mail come to these ends."""
    tell_again(scene.session, NOW, LINK)
    messages = scene.told()
    for message, state in zip(messages, states, strict=True):
        message.state, message.attempt_id = state, f"attempt-{message.id}"
    scene.session.flush()
    return messages


def test_before_anybody_was_told_nobody_is_and_it_stands_among_the_ended(scene: Scene) -> None:
    alert = raised(scene)
    assert can_take_back(scene.session, scene.teacher, alert, NOW)
    assert take_back_alert(scene.session, scene.teacher, alert.id, SOON) == []

    assert tell_again(scene.session, SOON + timedelta(days=1), LINK) == 0
    assert scene.told() == []
    (shown,) = ended_alerts(scene.session, scene.listener)
    assert (shown.id, shown.ended_by, shown.outcome) == (alert.id, "L. Alvarez", SafetyOutcome.NO_DANGER)
    assert read_alert(scene.session, scene.listener, alert.id).note is None
    assert alert.contact_id is not None
    assert may_read_contact(scene.session, scene.teacher, alert.contact_id)
    with pytest.raises(NotFound):
        read_alert(scene.session, scene.teacher, alert.id)
    assert alerts_waiting(scene.session, scene.listener) == 0


def test_what_has_not_left_is_called_off_and_told_to_nobody(scene: Scene) -> None:
    alert = raised(scene)
    sent(scene, MessageState.SCHEDULED, MessageState.FAILED)
    assert take_back_alert(scene.session, scene.teacher, alert.id, SOON) == []

    text, mail = scene.told()
    assert (text.state, text.state_reason) == (
        MessageState.CANCELLED, "The colleague who raised this alert took it back.",
    )  # fmt: skip
    assert mail.state is MessageState.FAILED


@pytest.mark.parametrize(
    "state", [MessageState.SENDING, MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.UNKNOWN]
)
def test_whoever_was_told_or_may_have_been_is_told_that_it_was_a_mistake(scene: Scene, state: MessageState) -> None:
    alert = raised(scene)
    sent(scene, state, MessageState.SCHEDULED)
    assert take_back_alert(scene.session, scene.teacher, alert.id, SOON) == ["L. Rivera"]

    told = scene.told()[2:]
    assert [(one.to_value, one.due_at, one.state) for one in told] == [
        ("+13125550177", SOON, MessageState.SCHEDULED)
    ]  # fmt: skip
    assert told[0].body == (
        "Lakeside High: The safety alert of a few minutes ago was raised by mistake. Who raised it took it back; it "
        "stands under Ended."
    )  # fmt: skip
    for private in ("laughed", "Maya", "Delgado", "Alvarez"):
        assert private not in f"{told[0].title} {told[0].body}"
    assert [one.times for one in read_alert(scene.session, scene.listener, alert.id).told] == [1, 1]
    assert take_back_alert(scene.session, scene.teacher, alert.id, SOON) == []
    assert len(scene.told()) == 3


def test_an_alarm_that_comes_back_from_its_provider_does_not_follow_the_all_clear(scene: Scene) -> None:
    alert = raised(scene)
    text, mail = sent(scene, MessageState.SENDING, MessageState.DELIVERED)
    assert no_longer_so(scene.session, text) is None
    take_back_alert(scene.session, scene.teacher, alert.id, SOON)
    assert no_longer_so(scene.session, text) == "The colleague who raised this alert took it back."
    all_clear = [one for one in scene.told() if one.id not in (text.id, mail.id)]
    assert [no_longer_so(scene.session, one) for one in all_clear] == [None, None]
    reopen(scene.session, scene.listener, alert.id, SOON)
    assert no_longer_so(scene.session, text) == "Somebody has taken this alert."


def test_the_question_goes_back_to_whose_it_was(scene: Scene) -> None:
    contact = call(scene)
    question = scene.world.request(
        scene.family, scene.school, owner_staff_id=scene.alvarez.id, opened_by_contact_id=contact.id
    )
    alert = raise_by_hand(scene.session, scene.teacher, contact.id, NOW)
    take(scene.session, scene.listener, alert.id, NOW)
    assert question.owner_staff_id == scene.rivera.id
    put_back(scene.session, scene.listener, alert.id, NOW)
    take_back_alert(scene.session, scene.teacher, alert.id, SOON)
    assert question.owner_staff_id == scene.alvarez.id


def test_who_was_told_in_spanish_is_told_so_again(scene: Scene) -> None:
    scene.rivera_account.language = "es"
    alert = raised(scene)
    sent(scene, MessageState.DELIVERED, MessageState.DELIVERED)
    take_back_alert(scene.session, scene.teacher, alert.id, SOON)
    with speaking("es"):
        words = _(MISTAKE, place="Lakeside High")
    assert [(one.channel, one.body) for one in scene.told()[2:]] == [(Channel.SMS, words), (Channel.EMAIL, words)]


def test_an_alert_that_somebody_has_or_has_ended_stays_theirs(scene: Scene) -> None:
    alert = raised(scene)
    take(scene.session, scene.listener, alert.id, NOW)
    assert not can_take_back(scene.session, scene.teacher, alert, NOW)
    with pytest.raises(SafetyRefused, match=r"L\. Rivera has taken this alert\. Tell them"):
        take_back_alert(scene.session, scene.teacher, alert.id, SOON)
    end(scene.session, scene.listener, alert.id, SafetyOutcome.HANDLED, SOON, "Called Rosa.")
    with pytest.raises(SafetyRefused, match="has ended already"):
        take_back_alert(scene.session, scene.teacher, alert.id, SOON)
    assert (alert.outcome, alert.ended_by) == (SafetyOutcome.HANDLED, scene.rivera_account.id)


def test_the_list_opens_what_was_taken_back_again(scene: Scene) -> None:
    alert = raised(scene)
    take_back_alert(scene.session, scene.teacher, alert.id, SOON)
    reopen(scene.session, scene.listener, alert.id, SOON)
    with pytest.raises(SafetyRefused, match="has taken this alert"):
        take_back_alert(scene.session, scene.teacher, alert.id, SOON)
    assert alert.ended_at is None


def test_a_second_worry_of_whomever_keeps_it(scene: Scene) -> None:
    colleague = scene.viewer(scene.colleague(AccountRole.COUNSELOR, scene.rivera.role))
    for second in (colleague, scene.teacher):
        alert = raised(scene)
        assert alert.contact_id is not None
        raise_by_hand(scene.session, second, alert.contact_id, NOW, "She cried.")
        assert not can_take_back(scene.session, scene.teacher, alert, NOW)
        with pytest.raises(SafetyRefused, match="More was said about this since"):
            take_back_alert(scene.session, scene.teacher, alert.id, SOON)
        assert alert.ended_at is None


def test_later_the_list_decides(scene: Scene) -> None:
    alert = raised(scene)
    with pytest.raises(SafetyRefused, match="raised more than 10 minutes ago"):
        take_back_alert(scene.session, scene.teacher, alert.id, NOW + DIRECTLY)
    assert alert.ended_at is None
    take_back_alert(scene.session, scene.teacher, alert.id, NOW + DIRECTLY - A_MOMENT)
    assert alert.ended_at is not None


def test_nobody_takes_back_what_another_or_the_list_of_words_raised(scene: Scene) -> None:
    by_words, by_hand = scene.alerted(), raised(scene)
    for alert in (by_words, by_hand):
        with pytest.raises(NotFound, match="no such alert of yours"):
            take_back_alert(scene.session, scene.listener, alert.id, SOON)
    for unknown in (by_words.id, 987_654):
        with pytest.raises(NotFound):
            take_back_alert(scene.session, scene.teacher, unknown, SOON)
    assert (by_words.ended_at, by_hand.ended_at) == (None, None)


def test_raised_again_in_earnest_it_is_told_anew(scene: Scene) -> None:
    alert = raised(scene)
    sent(scene, MessageState.DELIVERED, MessageState.DELIVERED)
    take_back_alert(scene.session, scene.teacher, alert.id, SOON)
    assert alert.contact_id is not None
    again = raise_by_hand(scene.session, scene.teacher, alert.contact_id, SOON)
    assert (again.id, again.ended_at, again.outcome) == (alert.id, None, None)
    assert not can_take_back(scene.session, scene.teacher, again, SOON)
    assert tell_again(scene.session, SOON, LINK) == 1


def test_a_worry_about_a_family_is_taken_back_alike_and_leaves_a_line_in_the_trail(scene: Scene) -> None:
    scene.session.execute(delete(OnCall))
    alert = raise_about_family(scene.session, scene.teacher, scene.family.id, "Bruises, I thought", NOW)
    take_back_alert(scene.session, scene.teacher, alert.id, SOON)
    assert alert.outcome is SafetyOutcome.NO_DANGER
    lines = select(AuditEvent).where(AuditEvent.subject_type == "safety_alert").order_by(AuditEvent.id)
    assert [(one.action, one.account_id) for one in scene.session.scalars(lines)] == [
        ("raise_safety_alert", scene.teacher_account.id), ("take_back_safety_alert", scene.teacher_account.id),
    ]  # fmt: skip


def test_the_word_that_it_was_a_mistake_leaves_at_once_also_at_night(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        scene = build(World(session))
        alert = raise_about_family(session, scene.teacher, scene.family.id, "Bruises, I thought", FRIDAY_NIGHT)
        tell_again(session, FRIDAY_NIGHT, LINK)
        teacher, number = scene.teacher, alert.id
    assert deliver_due(sessions, providers, lambda: FRIDAY_NIGHT, "w1").accepted == 2
    with sessions.begin() as session:
        assert take_back_alert(session, teacher, number, FRIDAY_NIGHT + A_MOMENT) == ["L. Rivera"]
    assert deliver_due(sessions, providers, lambda: FRIDAY_NIGHT + A_MOMENT, "w1").accepted == 2

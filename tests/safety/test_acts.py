"""Who is on the list takes an alert, ends it, opens it again; anybody may raise one on a contact."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import AccountRole, Contact, Initiator, Request, SafetyAlert, SafetyOutcome, StaffRole
from outreach.contacts import receive_question
from outreach.contacts.questions import Question
from outreach.delivery.safety import (
    SafetyRefused,
    alerts_waiting,
    end,
    open_alerts,
    put_back,
    raise_by_hand,
    read_alert,
    reopen,
    take,
    tell_again,
)
from outreach.errors import NotFound
from tests.safety.scene import DANGER, FRIDAY_NIGHT, LINK, Scene
from tests.world import NOW


def second_listener(scene: Scene) -> int:
    from models import OnCall  # noqa: PLC0415

    lowe = scene.world.staff(scene.school, role=StaffRole.ADMINISTRATOR, display_name="K. Lowe")
    scene.world.add(OnCall(school_id=scene.school.id, staff_id=lowe.id))
    return lowe.id


def test_the_second_who_takes_it_is_told_who_has_it(scene: Scene) -> None:
    lowe = scene.session.get_one(type(scene.rivera), second_listener(scene))
    account = scene.world.account(lowe, AccountRole.ADMINISTRATOR)
    alert = scene.alerted()
    take(scene.session, scene.listener, alert.id, FRIDAY_NIGHT)
    take(scene.session, scene.listener, alert.id, NOW)
    with pytest.raises(SafetyRefused, match=r"L\. Rivera has had it since Friday, 9 pm"):
        take(scene.session, scene.viewer(account), alert.id, NOW)
    end(scene.session, scene.viewer(account), alert.id, SafetyOutcome.NO_DANGER, NOW)
    with pytest.raises(SafetyRefused, match=r"K\. Lowe has already ended"):
        end(scene.session, scene.listener, alert.id, SafetyOutcome.NO_DANGER, NOW)
    with pytest.raises(SafetyRefused, match="already ended"):
        take(scene.session, scene.listener, alert.id, NOW)
    with pytest.raises(SafetyRefused, match="already ended"):
        put_back(scene.session, scene.listener, alert.id, NOW)


def test_one_tap_ends_what_was_no_danger(scene: Scene) -> None:
    alert = scene.alerted("The lunch menu is a bomb")
    end(scene.session, scene.listener, alert.id, SafetyOutcome.NO_DANGER, FRIDAY_NIGHT)
    assert (alert.taken_by, alert.ended_by) == (scene.rivera_account.id, scene.rivera_account.id)
    assert tell_again(scene.session, NOW, LINK) == 0


def test_handled_says_what_was_done(scene: Scene) -> None:
    alert = scene.alerted()
    for nothing in (None, "  "):
        with pytest.raises(SafetyRefused, match="Say what was done"):
            end(scene.session, scene.listener, alert.id, SafetyOutcome.HANDLED, NOW, nothing)
    end(scene.session, scene.listener, alert.id, SafetyOutcome.HANDLED, NOW, "Called Rosa; Maya is safe.")
    assert alert.note == "L. Rivera, 2026-11-24 10:00: Called Rosa; Maya is safe."


def test_an_ended_alert_is_opened_again_by_whoever_then_has_it(scene: Scene) -> None:
    alert = scene.alerted()
    end(scene.session, scene.listener, alert.id, SafetyOutcome.HANDLED, NOW, "Done.")
    reopen(scene.session, scene.listener, alert.id, NOW)
    reopen(scene.session, scene.listener, alert.id, NOW)
    assert (alert.ended_at, alert.outcome, alert.taken_by) == (None, None, scene.rivera_account.id)
    assert tell_again(scene.session, NOW + timedelta(days=1), LINK) == 0
    assert alert.note is not None


def test_an_alert_that_nobody_has_can_be_put_back_without_effect(scene: Scene) -> None:
    alert = scene.alerted()
    tell_again(scene.session, FRIDAY_NIGHT, LINK)
    put_back(scene.session, scene.listener, alert.id, FRIDAY_NIGHT)
    assert alert.next_alert_at is not None
    assert alert.next_alert_at > FRIDAY_NIGHT


def test_for_all_others_there_is_no_such_alert(scene: Scene) -> None:
    alert = scene.alerted()
    superintendent = scene.viewer(scene.world.account(None, AccountRole.DISTRICT_ADMINISTRATOR))
    for outsider in (scene.teacher, superintendent):
        for step in (take, put_back, reopen):
            with pytest.raises(NotFound, match="no such alert"):
                step(scene.session, outsider, alert.id, NOW)
        with pytest.raises(NotFound):
            end(scene.session, outsider, alert.id, SafetyOutcome.NO_DANGER, NOW)
        with pytest.raises(NotFound):
            read_alert(scene.session, outsider, alert.id)
        assert open_alerts(scene.session, outsider) == []
        assert alerts_waiting(scene.session, outsider) == 0


def test_the_list_reads_the_words_with_all_it_needs_to_act(scene: Scene) -> None:
    alert = scene.alerted(pictures=1)
    tell_again(scene.session, FRIDAY_NIGHT, LINK)
    (view,) = open_alerts(scene.session, scene.listener)
    assert (view.said.words, view.said.who, view.said.address) == (DANGER, "Rosa Delgado", "+13125550142")
    assert (view.said.at, view.said.pictures, view.students) == (FRIDAY_NIGHT, 1, ("Maya",))
    assert (view.family_name, view.family_open, view.found) == ("Delgado", True, ("kill herself",))
    assert [(one.name, one.channel.value, one.times, one.left) for one in view.told] == [
        ("L. Rivera", "email", 1, 0), ("L. Rivera", "sms", 1, 0)
    ]  # fmt: skip
    assert read_alert(scene.session, scene.listener, alert.id) == view


def test_a_message_from_an_unknown_number_is_read_without_a_family(scene: Scene) -> None:
    inbound = scene.writes(address_id=None, guardian_id=None, family_id=None, from_value="+13125559999")
    from outreach.delivery.safety import raise_for_inbound  # noqa: PLC0415

    raise_for_inbound(scene.session, inbound, scene.school.id, ["kill herself"], FRIDAY_NIGHT)
    (view,) = open_alerts(scene.session, scene.listener)
    assert (view.said.who, view.said.address, view.family_name, view.students) == (None, "+13125559999", None, ())
    assert not view.family_open


def test_of_a_number_that_nobody_knows_every_school_is_told_and_whoever_takes_it_has_it(scene: Scene) -> None:
    from models import OnCall  # noqa: PLC0415
    from outreach.delivery.safety import raise_for_inbound  # noqa: PLC0415

    elsewhere = scene.world.school(name="Hillside High")
    okoro = scene.world.staff(elsewhere, display_name="N. Okoro", email="okoro@example.org")
    scene.world.add(OnCall(school_id=elsewhere.id, staff_id=okoro.id))
    scene.world.add(OnCall(school_id=elsewhere.id, staff_id=scene.rivera.id, phone="+13125550177"))
    unknown = scene.writes(address_id=None, guardian_id=None, family_id=None, from_value="+13125559999")
    alert = raise_for_inbound(scene.session, unknown, None, ["kill herself"], FRIDAY_NIGHT)
    assert alert.school_id is None
    tell_again(scene.session, FRIDAY_NIGHT, LINK)
    assert sorted(message.to_value for message in scene.told()) == [
        "+13125550177", "okoro@example.org", "rivera@example.org"
    ]  # fmt: skip
    assert scene.told()[0].body.startswith("Lakeside Schools: A family's message")
    reader = scene.viewer(scene.world.account(okoro))
    assert [view.school_name for view in open_alerts(scene.session, reader)] == ["Lakeside Schools"]
    assert open_alerts(scene.session, scene.teacher) == []
    take(scene.session, reader, alert.id, FRIDAY_NIGHT)
    with pytest.raises(SafetyRefused, match=r"N\. Okoro has had it since Friday, 9 pm"):
        take(scene.session, scene.listener, alert.id, NOW)


def test_those_that_nobody_has_come_first_and_count_until_they_are_somebody_elses(scene: Scene) -> None:
    second_listener(scene)
    first, second = scene.alerted(), scene.alerted("He hurts himself", NOW)
    assert alerts_waiting(scene.session, scene.listener) == 2
    take(scene.session, scene.listener, first.id, NOW)
    assert [view.id for view in open_alerts(scene.session, scene.listener)] == [second.id, first.id]
    assert alerts_waiting(scene.session, scene.listener) == 2
    first.taken_by = scene.teacher_account.id
    scene.session.flush()
    assert alerts_waiting(scene.session, scene.listener) == 1


class TestTheQuestion:
    """It is answered by the one person who has the alert and can read it."""

    def question(self, scene: Scene) -> Request:
        return scene.session.scalars(select(Request).where(Request.family_id == scene.family.id)).one()

    def test_is_handed_to_whoever_takes_the_alert_and_its_due_time_stays(self, scene: Scene) -> None:
        alert = scene.alerted()
        asked = self.question(scene)
        due = asked.due_at
        assert asked.owner_staff_id == scene.alvarez.id
        take(scene.session, scene.listener, alert.id, FRIDAY_NIGHT)
        assert (asked.owner_staff_id, asked.due_at) == (scene.rivera.id, due)

    def test_goes_back_to_its_owner_where_there_was_no_danger(self, scene: Scene) -> None:
        alert = scene.alerted()
        take(scene.session, scene.listener, alert.id, FRIDAY_NIGHT)
        end(scene.session, scene.listener, alert.id, SafetyOutcome.NO_DANGER, NOW)
        assert self.question(scene).owner_staff_id == scene.alvarez.id

    def test_stays_where_it_is_after_one_tap(self, scene: Scene) -> None:
        alert = scene.alerted()
        end(scene.session, scene.listener, alert.id, SafetyOutcome.NO_DANGER, NOW)
        assert self.question(scene).owner_staff_id == scene.alvarez.id

    def test_stays_with_whoever_handled_it(self, scene: Scene) -> None:
        alert = scene.alerted()
        end(scene.session, scene.listener, alert.id, SafetyOutcome.HANDLED, NOW, "Called.")
        assert self.question(scene).owner_staff_id == scene.rivera.id

    def test_stays_with_its_owner_where_the_taker_is_no_staff_member(self, scene: Scene) -> None:
        alert = scene.alerted()
        scene.rivera.active = False
        scene.session.flush()
        superintendent = scene.viewer(scene.world.account(None, AccountRole.DISTRICT_ADMINISTRATOR))
        take(scene.session, superintendent, alert.id, FRIDAY_NIGHT)
        assert self.question(scene).owner_staff_id == scene.alvarez.id


class TestByHand:
    def call(self, scene: Scene) -> Contact:
        return scene.world.contact(
            scene.maya, initiator=Initiator.FAMILY, staff_id=scene.alvarez.id, guardian_id=scene.rosa.id,
            summary="Rosa sounded very afraid of somebody at home.",
        )  # fmt: skip

    def test_anybody_who_sees_a_contact_may_raise_the_alert(self, scene: Scene) -> None:
        contact = self.call(scene)
        alert = raise_by_hand(scene.session, scene.teacher, contact.id, NOW, "She cried.")
        assert tell_again(scene.session, NOW, LINK) == 1
        assert "A colleague is worried about a family" in scene.told()[0].body
        (view,) = open_alerts(scene.session, scene.listener)
        assert (view.id, view.raised_by, view.found) == (alert.id, "L. Alvarez", ())
        assert view.said.words == "Rosa sounded very afraid of somebody at home."
        assert view.note == "L. Alvarez, 2026-11-24 10:00: She cried."

    def test_the_question_noted_with_a_call_is_read_too(self, scene: Scene) -> None:
        contact = self.call(scene)
        asked = Question(
            family_id=scene.family.id, words="May she stay at school until six?", asked_at=NOW, contact_id=contact.id
        )  # fmt: skip
        receive_question(scene.session, asked, NOW)
        alert = raise_by_hand(scene.session, scene.teacher, contact.id, NOW)
        said = read_alert(scene.session, scene.listener, alert.id).said
        assert said.question == "May she stay at school until six?"

    def test_a_contact_has_one_alert_whoever_raises_it(self, scene: Scene) -> None:
        alert = scene.alerted()
        assert alert.contact_id is not None
        assert raise_by_hand(scene.session, scene.teacher, alert.contact_id, NOW, "I read it too.").id == alert.id
        assert scene.session.scalars(select(SafetyAlert)).all() == [alert]

    def test_one_that_has_ended_is_told_anew_where_somebody_worries_again(self, scene: Scene) -> None:
        alert = scene.alerted()
        tell_again(scene.session, FRIDAY_NIGHT, LINK)
        end(scene.session, scene.listener, alert.id, SafetyOutcome.NO_DANGER, NOW)
        assert alert.contact_id is not None
        raise_by_hand(scene.session, scene.teacher, alert.contact_id, NOW)
        assert (alert.ended_at, alert.taken_at, alert.outcome) == (None, None, None)
        assert tell_again(scene.session, NOW, LINK) == 1

    def test_a_contact_of_others_does_not_exist(self, scene: Scene) -> None:
        other = scene.world.student(scene.school, given_name="Noah")
        scene.world.family(other)
        contact = scene.world.contact(other)
        for contact_id in (contact.id, 987_654):
            with pytest.raises(NotFound, match="no such contact"):
                raise_by_hand(scene.session, scene.teacher, contact_id, NOW)

    def test_of_children_at_two_schools_the_raisers_own_list_is_told(self, scene: Scene) -> None:
        elsewhere = scene.world.school(name="Hillside High")
        leo = scene.world.student(elsewhere, given_name="Leo")
        from models import FamilyMember  # noqa: PLC0415

        scene.world.add(FamilyMember(family_id=scene.family.id, student_id=leo.id, from_on=NOW.date()))
        both = scene.world.contact(leo, scene.maya, staff_id=scene.alvarez.id)
        assert raise_by_hand(scene.session, scene.teacher, both.id, NOW).school_id == scene.school.id
        about_leo = scene.world.contact(leo, staff_id=scene.alvarez.id)
        assert raise_by_hand(scene.session, scene.teacher, about_leo.id, NOW).school_id == elsewhere.id

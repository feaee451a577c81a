"""A school's safety list is kept by its administrators; what is typed as a number becomes one that texts reach."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from models import AccountRole, AuditEvent, OnCall, StaffRole
from outreach.access import NotAllowed, Viewer
from outreach.delivery.safety import SafetyRefused, put_on_call, safety_lists, take_off_call
from tests.safety.scene import Scene
from tests.world import NOW


@pytest.fixture
def administrator(scene: Scene) -> Viewer:
    return scene.viewer(scene.colleague(AccountRole.ADMINISTRATOR, StaffRole.ADMINISTRATOR))


def entry(scene: Scene) -> OnCall | None:
    return scene.session.get(OnCall, (scene.school.id, scene.alvarez.id))


@pytest.mark.parametrize("typed", ["(312) 555-0188", "312.555.0188", "+1 312 555 0188"])
def test_a_number_is_kept_as_texts_need_it(scene: Scene, administrator: Viewer, typed: str) -> None:
    put_on_call(scene.session, administrator, scene.school.id, scene.alvarez.id, typed, NOW)
    kept = entry(scene)
    assert kept is not None
    assert kept.phone == "+13125550188"


def test_a_number_is_changed_and_taken_away_in_place(scene: Scene, administrator: Viewer) -> None:
    put_on_call(scene.session, administrator, scene.school.id, scene.rivera.id, "(312) 555-0199", NOW)
    put_on_call(scene.session, administrator, scene.school.id, scene.rivera.id, " ", NOW)
    [kept] = scene.session.scalars(select(OnCall)).all()
    assert kept.phone is None


@pytest.mark.parametrize("typed", ["12345", "call me", "555-0142"])
def test_what_is_no_number_is_refused(scene: Scene, administrator: Viewer, typed: str) -> None:
    with pytest.raises(SafetyRefused, match="is not a phone number"):
        put_on_call(scene.session, administrator, scene.school.id, scene.alvarez.id, typed, NOW)
    assert entry(scene) is None


def test_who_could_be_told_neither_way_is_refused(scene: Scene, administrator: Viewer) -> None:
    scene.alvarez.email = None
    scene.session.flush()
    with pytest.raises(SafetyRefused, match="has no e-mail here"):
        put_on_call(scene.session, administrator, scene.school.id, scene.alvarez.id, "", NOW)


def test_only_people_of_the_school_stand_on_its_list(scene: Scene, administrator: Viewer) -> None:
    stranger = scene.world.staff(scene.world.school())
    for staff_id in (stranger.id, 987_654):
        with pytest.raises(SafetyRefused, match="works at this school"):
            put_on_call(scene.session, administrator, scene.school.id, staff_id, "(312) 555-0188", NOW)


def test_only_its_administrators_keep_it(scene: Scene, administrator: Viewer) -> None:
    elsewhere = scene.world.school()
    for viewer, school_id in ((scene.teacher, scene.school.id), (scene.listener, scene.school.id),
                              (administrator, elsewhere.id)):  # fmt: skip
        with pytest.raises(NotAllowed):
            put_on_call(scene.session, viewer, school_id, scene.alvarez.id, "", NOW)
        with pytest.raises(NotAllowed):
            take_off_call(scene.session, viewer, school_id, scene.rivera.id, NOW)
    assert safety_lists(scene.session, scene.teacher) == []


def test_it_shows_who_is_on_it_who_could_be_and_who_stands_in(scene: Scene, administrator: Viewer) -> None:
    [shown] = safety_lists(scene.session, administrator)
    assert [(one.name, one.phone, one.signs_in) for one in shown.members] == [("L. Rivera", "+13125550177", True)]
    assert shown.stand_ins == ()
    assert scene.alvarez.id in [one.id for one in shown.candidates]
    scene.rivera_account.active = False
    scene.session.flush()
    assert [one.signs_in for one in safety_lists(scene.session, administrator)[0].members] == [False]
    scene.session.execute(delete(OnCall))
    [empty] = safety_lists(scene.session, administrator)
    assert (empty.members, len(empty.stand_ins)) == ((), 1)


def test_each_change_stands_in_the_trail_and_a_repeat_changes_nothing(scene: Scene, administrator: Viewer) -> None:
    put_on_call(scene.session, administrator, scene.school.id, scene.alvarez.id, "", NOW)
    assert take_off_call(scene.session, administrator, scene.school.id, scene.alvarez.id, NOW)
    assert not take_off_call(scene.session, administrator, scene.school.id, scene.alvarez.id, NOW)
    lines = scene.session.scalars(
        select(AuditEvent.action).where(AuditEvent.subject_type == "school").order_by(AuditEvent.id)
    )
    assert list(lines) == ["put_on_safety_list", "take_off_safety_list"]

"""A message with words of danger that was given to the wrong family: its alert follows it to the right one."""

from __future__ import annotations

from sqlalchemy import select

from models import AccountRole, Contact, InboundMessage, InboundWait, OnCall, Request, SafetyAlert, StaffRole
from outreach.access import Viewer
from outreach.contacts import timeline
from outreach.delivery import Providers
from outreach.delivery.inbound import match, put_back
from outreach.delivery.safety import open_alerts, raise_for_inbound, take
from tests.safety.scene import DANGER, FRIDAY_NIGHT, Scene
from tests.world import NOW

NOWHERE = Providers({}, frozenset())


def unknown(scene: Scene) -> tuple[InboundMessage, SafetyAlert]:
    """A text from a number that nobody has, in a district of two schools."""
    came = scene.writes(
        address_id=None, guardian_id=None, family_id=None, school_id=None, from_value="+13125559999",
        waits_because=InboundWait.UNKNOWN_SENDER, read_at=FRIDAY_NIGHT,
    )  # fmt: skip
    return came, raise_for_inbound(scene.session, came, None, ["kill herself"], FRIDAY_NIGHT)


def office(scene: Scene) -> Viewer:
    """Somebody who places messages, and sees every family."""
    return scene.viewer(scene.world.account(None, AccountRole.DISTRICT_ADMINISTRATOR))


def test_put_back_and_matched_again_the_alert_and_the_question_are_the_right_family_s(scene: Scene) -> None:
    hillside = scene.world.school(name="Hillside High")
    noah = scene.world.student(hillside, given_name="Noah", family_name="Hartley")
    ann = scene.world.guardian(noah, given_name="Ann", family_name="Hartley")
    hartleys = scene.world.family(noah)
    listener = scene.colleague(AccountRole.COUNSELOR, StaffRole.COUNSELOR, hillside)
    scene.world.add(OnCall(school_id=hillside.id, staff_id=listener.staff_id or 0))
    came, alert = unknown(scene)
    placing = office(scene)

    match(scene.session, placing, came.id, scene.family.id, scene.rosa.id, NOWHERE, NOW)
    assert (alert.family_id, alert.school_id, alert.contact_id) == (scene.family.id, scene.school.id, came.contact_id)
    put_back(scene.session, placing, came.id, NOW)
    assert (alert.family_id, alert.school_id, alert.contact_id) == (None, None, None)
    assert [view.family_name for view in open_alerts(scene.session, scene.listener)] == [None]

    match(scene.session, placing, came.id, hartleys.id, ann.id, NOWHERE, NOW)
    assert (alert.family_id, alert.school_id, alert.contact_id) == (hartleys.id, hillside.id, came.contact_id)
    take(scene.session, scene.viewer(listener), alert.id, NOW)
    owners = scene.session.execute(select(Request.family_id, Request.owner_staff_id).where(Request.state == "open"))
    assert [tuple(row) for row in owners] == [(hartleys.id, listener.staff_id)]


def test_who_has_it_already_gets_the_question_of_the_right_family_too(scene: Scene) -> None:
    hillside = scene.world.school(name="Hillside High")
    noah = scene.world.student(hillside)
    ann, hartleys = scene.world.guardian(noah), scene.world.family(noah)
    came, alert = unknown(scene)
    placing = office(scene)
    match(scene.session, placing, came.id, scene.family.id, scene.rosa.id, NOWHERE, NOW)
    take(scene.session, scene.listener, alert.id, NOW)
    put_back(scene.session, placing, came.id, NOW)
    match(scene.session, placing, came.id, hartleys.id, ann.id, NOWHERE, NOW)

    assert alert.taken_by == scene.rivera_account.id
    asked = select(Request.owner_staff_id).where(Request.family_id == hartleys.id)
    assert scene.session.scalars(asked).all() == [scene.rivera.id]


def test_the_family_it_was_not_keeps_none_of_its_words(scene: Scene) -> None:
    scene.world.school(name="Hillside High")
    came, _ = unknown(scene)
    placing = office(scene)
    match(scene.session, placing, came.id, scene.family.id, scene.rosa.id, NOWHERE, NOW)
    put_back(scene.session, placing, came.id, NOW)

    assert came.body == DANGER
    for viewer in (scene.teacher, scene.listener):
        assert DANGER not in str(timeline(scene.session, viewer, scene.family.id, NOW))
    assert DANGER not in scene.session.scalars(select(Contact.summary)).all()
    assert DANGER not in scene.session.scalars(select(Request.question)).all()

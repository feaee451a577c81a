"""What the gate would refuse is told while it is written and approved: gaps, length, marks, a first text's surnames."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Channel, Message, MessageState, Outreach
from outreach.contacts.who_to_ask import code_of_school
from outreach.planning import (
    DraftBlocked,
    MarkInText,
    NewMessage,
    PlanningError,
    approve,
    approve_all,
    edit,
    opening_by_hand,
    opening_of,
    write_by_hand,
)
from tests.planning.scene import Scene
from tests.world import NOW, World


def by_hand(session: Session, scene: Scene, row: Outreach, body: str) -> Outreach:
    assert row.guardian_id is not None
    assert row.student_id is not None
    form = NewMessage("key", row.family_id, row.guardian_id, (row.student_id,), Channel.SMS, body)
    return write_by_hand(session, scene.viewer(), form, NOW)


def as_an_edit(session: Session, scene: Scene, row: Outreach, body: str) -> Outreach:
    return edit(session, scene.viewer(), row.id, body, NOW)


def has_been_texted(session: Session, scene: Scene, row: Outreach) -> None:
    """The same number got a text before, and it arrived."""
    sent = by_hand(session, scene, row, "Hello, we met at the open house.")
    message = session.scalars(select(Message).where(Message.outreach_id == sent.id)).one()
    message.state, message.sent_at = MessageState.DELIVERED, NOW
    session.flush()


WAYS = [by_hand, as_an_edit]
Way = Callable[[Session, Scene, Outreach, str], Outreach]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("body", "fault", "says"),
    [
        ("Maya Delgado did well today.", DraftBlocked, "surname"),
        ("Maya has 85% now.", MarkInText, "mark"),
        ("Maya did well in [the subject].", DraftBlocked, "own words"),
        ("Hello {guardian}, Maya did well.", DraftBlocked, "never filled in"),
        ("á" * 202, DraftBlocked, "at most 3"),
    ],
)
def test_a_first_text_is_refused_at_once_with_its_reason(
    session: Session, scene: Scene, way: Way, body: str, fault: type[PlanningError], says: str
) -> None:
    row = scene.suggested()
    with pytest.raises(fault, match=says):
        way(session, scene, row, body)
    assert session.scalars(select(Message)).all() == []


def test_a_surname_may_stand_once_a_first_text_has_arrived(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    has_been_texted(session, scene, row)
    assert opening_of(session, row) is None
    assert as_an_edit(session, scene, row, "Maya Delgado did well today.").body == "Maya Delgado did well today."


def test_a_draft_with_a_surname_is_refused_on_approval_and_left_alone_in_bulk(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    row.body = "Maya Delgado did well today."
    session.flush()
    with pytest.raises(DraftBlocked, match="leave out “Delgado”"):
        approve(session, scene.viewer(), row.id, NOW)
    figures = approve_all(session, scene.viewer(), NOW)
    assert (figures.approved, figures.refused) == (0, 1)


def test_an_e_mail_may_carry_a_surname_but_no_gap_not_even_in_its_subject_line(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    row.channel = Channel.EMAIL
    edit(session, scene.viewer(), row.id, "Maya Delgado did well today.", NOW, title="About Maya Delgado")
    with pytest.raises(DraftBlocked):
        edit(session, scene.viewer(), row.id, "Maya did well.", NOW, title="About {student}")


def test_the_page_knows_what_a_first_text_will_begin_with(session: Session, scene: Scene) -> None:
    row = scene.suggested()
    said = opening_of(session, row)
    assert said is not None
    assert "Reply STOP" in said
    assert row.address_id is not None
    assert row.student_id is not None
    assert opening_by_hand(session, [(row.address_id, row.language)], [row.student_id], row.staff_id) == said
    assert opening_by_hand(session, [], [row.student_id], row.staff_id) is None


def test_the_page_counts_the_link_to_whom_to_ask_as_the_first_text_will_carry_it(
    session: Session, scene: Scene, world: World
) -> None:
    row = scene.suggested()
    world.whom_to_ask(scene.school)
    said = opening_of(session, row, "https://cedar.example.org")
    assert said is not None
    assert f"https://cedar.example.org/ask/{code_of_school(session, scene.school)}" in said
    assert "https" not in (opening_of(session, row) or "")

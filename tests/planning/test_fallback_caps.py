"""What reached nobody takes no place of the family's: its stand-in goes as the message itself would have gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Message, MessageState
from tests.planning.post import LANDLINE, NOT_IN_SERVICE, Post
from tests.world import NOW

OTHER, MAILBOX = "+13125550142", "rosa@example.org"
S = MessageState


@pytest.mark.parametrize(
    ("addresses", "ends"),
    [
        ((NOT_IN_SERVICE, OTHER), [S.FAILED, S.DELIVERED]),
        ((LANDLINE, NOT_IN_SERVICE, MAILBOX), [S.FAILED, S.FAILED, S.DELIVERED]),
    ],
    ids=["once", "twice"],
)
def test_what_was_approved_in_bulk_moves_on_though_a_family_has_one_such_message_a_week(
    post: Post, addresses: tuple[str, ...], ends: list[MessageState]
) -> None:
    post.write(*addresses, in_bulk=True)
    assert [post.round() for _ in addresses] == [1] * (len(addresses) - 1) + [0]
    assert all(message.automated for message in post.messages())
    assert [message.state for message in post.messages()] == ends


def _two_arrived_before(session: Session, message: Message) -> None:
    """At the same number, when it still was in service."""
    for days in (1, 2):
        session.add(
            Message(
                intent_key=f"earlier {days}", audience=message.audience, kind=message.kind, channel=message.channel,
                to_kind=message.to_kind, to_value=message.to_value, address_id=message.address_id,
                family_id=message.family_id, body=f"Good news of {days} days ago.", state=S.DELIVERED,
                attempt_id=f"earlier {days}", created_at=NOW, due_at=NOW, sent_at=NOW - timedelta(days=days),
            )
        )  # fmt: skip


def test_a_teachers_third_message_of_the_week_moves_on_as_the_third(post: Post) -> None:
    post.write(NOT_IN_SERVICE, OTHER)
    with post.sessions.begin() as session:
        _two_arrived_before(session, session.scalars(select(Message)).one())
    assert [post.round() for _ in range(2)] == [1, 0]
    assert {message.state for message in post.messages() if message.to_value == OTHER} == {S.DELIVERED}

"""A view of the queue that one keeps: named, opened, renamed, deleted, brought back."""

from __future__ import annotations

import html
import re

from sqlalchemy import select

from models import (
    AccountRole,
    QueueView,
)
from tests.web.conftest import Town
from tests.web.queue_ground import in_the_queue


def test_a_view_is_kept_opened_with_renamed_deleted_and_brought_back(town: Town) -> None:
    in_the_queue(town)
    counselor = town.sign_in(AccountRole.COUNSELOR)
    counselor.send("/queue/views?whose=open&grade=09", "/queue", name="  My   ninth graders ", first="1")
    page = html.unescape(counselor.follow().text)
    assert "Kept: My ninth graders." in page
    assert 'href="/queue?whose=open&grade=09" aria-current="true"' in page
    assert counselor.get("/queue").headers["Location"] == "/queue?whose=open&grade=09", "the queue opens with it"
    assert counselor.get("/queue?whose=new_and_mine").status_code == 200, "and every other is one tap away"
    (view,) = town.rows(select(QueueView))
    counselor.send(f"/queue/views/{view.id}/rename", "/queue/views", name="Grade nine")
    assert "Grade nine" in counselor.follow().text
    counselor.send(f"/queue/views/{view.id}/delete", "/queue/views")
    gone = html.unescape(counselor.follow().text)
    assert "Deleted: Grade nine." in gone
    assert counselor.get("/queue").status_code == 200
    undo = re.search(r'<form method="post" action="(/queue/views\?[^"]+)"', gone)
    assert undo
    counselor.send(undo[1])
    assert [(one.name, one.filters, one.opens_first) for one in town.rows(select(QueueView))] == [
        ("Grade nine", {"whose": "open", "grade": "09"}, True)
    ]


def test_a_name_that_does_not_do_is_refused_with_what_was_typed(town: Town) -> None:
    counselor = town.sign_in(AccountRole.COUNSELOR)
    for name, sentence in ((" ", "Give the view a name first."), ("x" * 61, "At most 60 characters")):
        answer = counselor.send("/queue/views?whose=open", "/queue", name=name)
        assert (answer.status_code, sentence in answer.text) == (422, True)
    for name in ("One", "Two"):
        counselor.send("/queue/views?whose=open", "/queue", name=name)
    one = town.rows(select(QueueView.id).where(QueueView.name == "One"))[0]
    answer = counselor.send(f"/queue/views/{one}/rename", "/queue/views", name="Two")
    assert answer.status_code == 422
    assert "You have a view of that name already" in answer.text
    counselor.send("/queue/views?whose=snoozed", "/queue", name="One")
    assert town.rows(select(QueueView.filters).where(QueueView.name == "One")) == [{"whose": "snoozed"}]


def test_views_are_nobody_elses(town: Town) -> None:
    counselor, other = town.sign_in(AccountRole.COUNSELOR), town.sign_in(AccountRole.ADMINISTRATOR)
    counselor.send("/queue/views?whose=open", "/queue", name="Mine alone", first="1")
    (view,) = town.rows(select(QueueView))
    assert "Mine alone" not in other.get("/queue/views").text
    assert other.get("/queue").status_code == 200
    for step in ("rename", "delete", "first"):
        assert other.send(f"/queue/views/{view.id}/{step}", "/queue/views", name="Theirs").status_code == 404
    assert [one.name for one in town.rows(select(QueueView))] == ["Mine alone"]


def test_no_more_views_than_anybody_can_tell_apart(town: Town) -> None:
    counselor = town.sign_in(AccountRole.COUNSELOR)
    for number in range(21):
        answer = counselor.send("/queue/views?whose=open", "/queue", name=f"View {number}")
    assert answer.status_code == 422
    assert "delete one before you keep another" in answer.text
    assert len(town.rows(select(QueueView))) == 20

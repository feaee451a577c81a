"""The first page after sign-in: a teacher's short list, a counselor's and an administrator's morning, a recorder's
search."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from models import AccountRole
from outreach.access import Viewer
from outreach.contacts import Board, BoardFilter, ClockState, Section, board, came_in, contact_strips, waiting_on
from outreach.contacts.came_in import PAGE
from outreach.language import _
from outreach.planning import NOT_NOW, Today, suggestions_without_person, today, ways_of_cards
from outreach.risk import QueueFilters, QueuePage, Whose, queue

from . import asking
from .database import session
from .typed import number

blueprint = Blueprint("today", __name__)
MORNING_ENDS, EVENING_BEGINS = 12, 17
ONLY_RECORDS = frozenset({AccountRole.RECORDER})
FIRST_ROWS = 5
"""Of the queue and of what is past due; the rest is one tap away."""


@dataclass(frozen=True, slots=True)
class School:
    """What a counselor or an administrator looks after beyond a list of their own."""

    queue: QueuePage
    questions: Board
    without_person: int
    """Suggestions that nobody has; 0 for who does not give them out."""

    @property
    def past_due(self) -> Section:
        return self._section(ClockState.OVER)

    @property
    def without_due_time(self) -> int:
        return self._section(ClockState.NO_DUE_TIME).count

    def _section(self, state: ClockState) -> Section:
        return next(section for section in self.questions.sections if section.state is state)


@blueprint.get("/")
@asking.signed_in()
def page() -> ResponseReturnValue:
    looking, now = asking.viewer(), asking.now()
    lately = came_in(session(), looking, asking.zone(), now)
    if looking.roles <= ONLY_RECORDS:
        return render_template(
            "today/desk.html", greeting=greeting(), waiting=waiting_on(session(), looking, now), lately=lately
        )
    day, school = today(session(), looking, now), _school(looking)
    families = {card.family_id for card in day.cards}
    if school is not None:
        families |= {row.family_id for row in school.queue.rows}
    return render_template(
        "today/page.html", greeting=greeting(), day=day, lately=lately, school=school, not_now=NOT_NOW,
        lists_families=_lists_families(looking, day), waiting=day.waiting,
        ways=ways_of_cards(session(), day.cards, looking.on), strips=contact_strips(session(), sorted(families), now),
    )  # fmt: skip


@blueprint.get("/came-in")
@asking.signed_in()
def all_that_came_in() -> ResponseReturnValue:
    """The list behind the figure under what came in, newest first."""
    before = request.args.get("before", type=number)
    lately = came_in(session(), asking.viewer(), asking.zone(), asking.now(), most=PAGE, before=before)
    return render_template("today/lately.html", lately=lately, further=before is not None)


def greeting() -> str:
    """By the reader's own clock."""
    hour = asking.now().astimezone(asking.zone()).hour
    if hour < MORNING_ENDS:
        return _("Good morning")
    return _("Good afternoon") if hour < EVENING_BEGINS else _("Good evening")


def _school(viewer: Viewer) -> School | None:
    """None for a teacher, who sees neither queue nor the school's questions here."""
    if not viewer.sees_risk:
        return None
    now = asking.now()
    return School(
        queue(session(), viewer, now, QueueFilters(whose=Whose.NEW_AND_MINE), size=FIRST_ROWS),
        board(session(), viewer, now, BoardFilter(), size=FIRST_ROWS), suggestions_without_person(session(), viewer),
    )  # fmt: skip


def _lists_families(viewer: Viewer, day: Today) -> bool:
    """Whether the short list is part of this page: always for those who teach, for others where it has somebody."""
    return bool(day.cards) or AccountRole.TEACHER in viewer.roles

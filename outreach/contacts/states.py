"""The life of a request, as data: open, answered, closed, and every step between them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from models import RequestEventKind as Event
from models import RequestState as State
from outreach.language import N_, _

from .errors import RequestRefused

MOVES: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        (State.OPEN, Event.JOINED): State.OPEN,
        (State.OPEN, Event.HANDED_OVER): State.OPEN,
        (State.OPEN, Event.TAKEN): State.OPEN,
        (State.OPEN, Event.HOSTILE): State.OPEN,
        (State.OPEN, Event.GIVEN_BACK): State.OPEN,
        (State.OPEN, Event.ON_ITS_WAY): State.OPEN,
        (State.OPEN, Event.DUE_MOVED): State.OPEN,
        (State.OPEN, Event.ANSWERED): State.ANSWERED,
        (State.OPEN, Event.NO_ANSWER_NEEDED): State.CLOSED,
        (State.ANSWERED, Event.CLOSED): State.CLOSED,
        (State.ANSWERED, Event.REOPENED): State.OPEN,
        (State.CLOSED, Event.REOPENED): State.OPEN,
    }
)
"""A step that changes a request, and what it is afterwards."""

REPEATS = frozenset(
    {
        (State.OPEN, Event.OPENED),
        (State.OPEN, Event.REOPENED),
        (State.ANSWERED, Event.ANSWERED),
        (State.ANSWERED, Event.NO_ANSWER_NEEDED),
        (State.CLOSED, Event.ANSWERED),
        (State.CLOSED, Event.CLOSED),
        (State.CLOSED, Event.NO_ANSWER_NEEDED),
    }
)
"""Steps that were taken already, or came too late to matter: a second click, a late receipt. Nothing changes."""

REFUSALS: Mapping[tuple[State, Event], str] = MappingProxyType(
    {
        (State.OPEN, Event.CLOSED): N_("This question has no answer yet; answer it, or say why none is needed."),
        (State.ANSWERED, Event.OPENED): N_("This question was answered; reopen it instead."),
        (State.ANSWERED, Event.JOINED): N_("This question was answered; what the family writes now reopens it."),
        (State.ANSWERED, Event.HANDED_OVER): N_("This question was answered; there is nothing to hand over."),
        (State.ANSWERED, Event.TAKEN): N_("This question was answered; there is nothing to take."),
        (State.ANSWERED, Event.HOSTILE): N_("This question was answered; there is nothing to pass on."),
        (State.ANSWERED, Event.GIVEN_BACK): N_("This question was answered; there is nothing to give back."),
        (State.ANSWERED, Event.ON_ITS_WAY): N_("This question was answered; open it again to answer once more."),
        (State.ANSWERED, Event.DUE_MOVED): N_("This question was answered; its clock has stopped."),
        (State.CLOSED, Event.OPENED): N_("This question is closed; reopen it instead."),
        (State.CLOSED, Event.JOINED): N_(
            "This question is closed; what the family writes now reopens it or is a new one."
        ),
        (State.CLOSED, Event.HANDED_OVER): N_("This question is closed; there is nothing to hand over."),
        (State.CLOSED, Event.TAKEN): N_("This question is closed; there is nothing to take."),
        (State.CLOSED, Event.HOSTILE): N_("This question is closed; there is nothing to pass on."),
        (State.CLOSED, Event.GIVEN_BACK): N_("This question is closed; there is nothing to give back."),
        (State.CLOSED, Event.ON_ITS_WAY): N_("This question is closed; open it again to answer it."),
        (State.CLOSED, Event.DUE_MOVED): N_("This question is closed; its clock has stopped."),
    }
)
"""Steps that make no sense from there, each with the sentence that says why."""


def move(state: State, event: Event) -> State | None:
    """The state after ``event``; None where it is a repeat and nothing changes. Raises :class:`RequestRefused`."""
    step = (state, event)
    if step in MOVES:
        return MOVES[step]
    if step in REPEATS:
        return None
    raise RequestRefused(_(REFUSALS[step]))

"""The delivery tick: read what came in, send what is due, ask about what is unclear, let the plan follow. In every
worker. Each part stands alone: where one fails it is logged, and the others are done all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

import structlog
from sqlalchemy.orm import Session

from outreach.delivery import DeliveryFigures, Providers, deliver_due, safety, sandbox
from outreach.delivery.inbound import read_waiting
from outreach.delivery.poll import PollFigures, poll
from outreach.delivery.receipts import apply_waiting
from outreach.delivery.reconcile import reconcile
from outreach.delivery.steps import Step, step
from outreach.planning import follow_messages
from outreach.planning.fallback import fall_back

from .runs import Sessions

PATIENCE = timedelta(seconds=30)
"""How long one round goes on sending while more is due; then what came in is read again."""
log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]
Part = Callable[[], int]


@dataclass(frozen=True, slots=True)
class TickFigures:
    sent: DeliveryFigures = field(default_factory=DeliveryFigures)
    parts: dict[str, int] = field(default_factory=dict)
    """What each other part did, in rows; a part that failed is absent."""

    def as_dict(self) -> dict[str, int]:
        return {
            "claimed": self.sent.claimed, "accepted": self.sent.accepted, "failed": self.sent.failed,
            "skipped": self.sent.skipped, "postponed": self.sent.postponed, "unknown": self.sent.unknown, **self.parts,
        }  # fmt: skip

    @property
    def idle(self) -> bool:
        return not any(self.as_dict().values())


def tick(
    sessions: Sessions, providers: Providers, clock: Clock, worker: str, *, link: str = "",
    stopping: Event | None = None,
) -> TickFigures:  # fmt: skip
    """One round, safe beside any number of others.

    ``link`` is the address of the pages, for alerts; ``stopping``, once set, ends the round after the calls in hand.
    """
    stopping = stopping or Event()
    done: dict[str, int] = {}
    sent: list[DeliveryFigures] = []

    def send() -> int:
        sent.append(
            deliver_due(sessions, providers, clock, worker, limit=None, patience=PATIENCE, stopping=stopping)
        )  # fmt: skip
        return 0

    for name, part in _parts(sessions, providers, clock, link, send):
        if stopping.is_set():
            break
        try:
            figure = part()
        except Exception:
            log.exception("part of the delivery tick failed", part=name, worker=worker)
        else:
            if name != "send":
                done[name] = figure
    return TickFigures(sent[0] if sent else DeliveryFigures(), done)


def _parts(
    sessions: Sessions, providers: Providers, clock: Clock, link: str, send: Part
) -> Iterator[tuple[str, Part]]:  # fmt: skip
    """In this order: what a family wrote first, then what leaves, then what became of it."""

    def within(name: Step, verb: Callable[[Session, datetime], int]) -> Part:
        def part() -> int:
            with step(sessions, name) as session:
                return verb(session, clock())

        return part

    yield "read", lambda: read_waiting(sessions, clock, providers)
    yield "alerts", within(Step.ALERTS, lambda session, now: safety.tell_again(session, now, link))
    yield "send", send
    yield "sandbox", lambda: sandbox.advance(sessions, clock())
    yield "receipts", lambda: apply_waiting(sessions, clock())
    yield "looked_up", lambda: reconcile(sessions, providers, clock).checked
    yield "polled", lambda: _heard(poll(sessions, providers, clock))
    yield "fallbacks", within(Step.FALLBACK, fall_back)
    yield "followed", within(Step.FOLLOWED, follow_messages)


def _heard(figures: PollFigures) -> int:
    return figures.receipts + figures.heard

"""One run: round after round of the story, with deaths, withdrawals and checkpoints; then the case for the judge."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import Channel, Message, MessageState
from outreach import store
from outreach.delivery.steps import Side, Step
from outreach.delivery.unknown import Became, settle_unknown

from . import journal, ours
from .board import POINTS as POINTS_ON_BOARD
from .board import Board
from .case import Case, Freed
from .crew import PATIENCE_SECONDS, POLL_SECONDS, Crew, DidNotComeTrue, Point, Stub
from .families import Families
from .letters import Plan
from .scene import Scene
from .story import Deaths, Round, story

TICK = tuple((step, side) for step in (Step.ALERTS, Step.FALLBACK, Step.FOLLOWED) for side in Side)
SENDING = (
    (Step.SENDING, Side.AFTER), (Step.CALL, Side.AFTER), (Step.RESULT, Side.BEFORE), (Step.CALL, Side.BEFORE),
    (Step.RESULT, Side.AFTER), (Step.SENDING, Side.BEFORE), (Step.CLAIM, Side.AFTER), (Step.CLAIM, Side.BEFORE),
)  # fmt: skip
"""Most in hand first: whoever dies with a claim takes its messages along until the lease is over."""
LOOKUPS = tuple((step, side) for step in (Step.RECONCILE, Step.POLL) for side in Side)
POINTS: Mapping[Deaths, tuple[Point, ...]] = {
    Deaths.SENDING: (*SENDING, *TICK), Deaths.LOOKUPS: (*LOOKUPS, *SENDING, *TICK), Deaths.NONE: (),
}  # fmt: skip
OF_THE_WEB = tuple((Step.RECEIPT, side) for side in Side)
OF_A_TEXT = tuple((step, side) for step in (Step.INBOUND_KEPT, Step.INBOUND_READ) for side in Side)
EVERY_POINT: tuple[Point, ...] = (*SENDING, *LOOKUPS, *TICK, *OF_THE_WEB, *OF_A_TEXT)
"""Each must have been visited by death at least once."""
BETWEEN_KILLS = (0.05, 0.5)
"""Real seconds between two kills at random, at least and at most."""
MORE = 1.3
"""Kills aimed at for each that is asked for, since a round may end before all of its own have come."""
AT_RANDOM, ENOUGH_AT_RANDOM = 0.4, 0.33
"""Of the workers' deaths, as long as there are too few of all; and afterwards."""
WEBS = 0.25
"""Web applications that die for each worker that is to: they are slow to start."""
WORKER_READS_AFTER = timedelta(seconds=6)
"""What the web application kept and died over is left to it for five seconds by the clock."""


class Run:
    def __init__(
        self, scene: Scene, board: Board, sessions: sessionmaker[Session], crew: Crew, stub: Stub, plan: Plan,
        chance: random.Random, kills: int,
    ) -> None:  # fmt: skip
        assert set(EVERY_POINT) == set(POINTS_ON_BOARD), "at some step nobody is told to die"
        self.crew = crew
        self._journal = scene.folder / "journal.jsonl"
        self._board, self._sessions, self._stub = board, sessions, stub
        self._plan, self._chance, self._kills = plan, chance, kills
        self._families = Families(stub, board, sessions, plan)
        self._unknown: dict[str, str] = {}
        self._freed: list[Freed] = []
        self._wanted = 0.0
        self._next_kill = 0.0
        self._checkpoints: list[datetime] = []

    def play(self) -> Case:
        """The whole story. Raises :class:`~tests.crash.crew.DidNotComeTrue`."""
        rounds = list(story())
        shares = sum(one.share for one in rounds)
        self.crew.start()
        began = time.monotonic()
        for number, one in enumerate(rounds, 1):
            self._set_clock(one.at)
            self._stub.behave(kind=one.kind)
            self._wanted += self._kills * MORE * one.share / shares
            self._work(one)
            self._rest()
            if one.persons:
                self._persons_answer()
            if one.checkpoint:
                self._checkpoints.append(self._board.now())
            click.echo(
                f"round {number} of {len(rounds)}, {one.at:%a %d %b %H:%M} UTC: {len(self.crew.kills)} kills, "
                f"{self._states()} ({time.monotonic() - began:.0f} s)", err=True,
            )  # fmt: skip
        return self._case()

    def _set_clock(self, to: datetime) -> None:
        """Forward only, and only while everybody rests; then all go on."""
        if to > self._board.now():
            self._board.set_clock(to)
        self.crew.go_on()

    def _work(self, one: Round) -> None:
        """Let them work until there is nothing left to do, and kill meanwhile."""
        if one.leave:
            self._families.begin()
        seen, end = None, 0.0
        self._next_kill = time.monotonic() + self._chance.uniform(*BETWEEN_KILLS)
        # The stub is asked in any case: how far it has come is what shows that things go on.
        while not self._stub.quiet() or not self.crew.idle() or self._families.to_come or self._text_waits():
            progress = (self._stub.asked, len(self.crew.kills), self._families.said)
            if progress != seen:
                seen, end = progress, time.monotonic() + PATIENCE_SECONDS
            if time.monotonic() > end:
                raise DidNotComeTrue(f"the round of {one.at} did not come to its end: {self._states()}")
            self.crew.tend()
            if self._families.to_come and self._chance.random() < 0.2:
                self._families.one_speaks()
            if one.deaths is not Deaths.NONE:
                self._deaths(POINTS[one.deaths])
            time.sleep(POLL_SECONDS)
        self.crew.disarm()

    def _text_waits(self) -> bool:
        """Nothing is left to do but to read a text, and that is left to the web application, which died over it: then
        the clock goes on until a worker may."""
        if not self._families.text_under_way():
            return False
        self.crew.rest()
        self._set_clock(self._board.now() + WORKER_READS_AFTER)
        return True

    def _deaths(self, points: Sequence[Point]) -> None:
        if self._families.text_under_way():
            self._die_over_its_text()
        enough = self.crew.died >= self._wanted
        if enough:  # but for those where nobody has died yet
            points = [point for point in points if not self.crew.visited[point]]
        for member in self.crew.workers:
            if points:
                self.crew.arm(member, points)
            else:
                self._board.disarm(member.slot)
        if self.crew.webs_died < WEBS * self._wanted or not all(self.crew.visited[point] for point in OF_THE_WEB):
            self.crew.arm(self.crew.web, OF_THE_WEB)
        share = ENOUGH_AT_RANDOM if enough else AT_RANDOM
        if time.monotonic() > self._next_kill and self.crew.died_at_random < share * self.crew.died:
            self.crew.kill_one()
            self._next_kill = time.monotonic() + self._chance.uniform(*BETWEEN_KILLS)

    def _die_over_its_text(self) -> None:
        """While a family's text is on its way the web application dies at each point that a text passes, once."""
        left = [point for point in OF_A_TEXT if not self.crew.visited[point]]
        armed = self._board.armed(self.crew.web.slot)
        if not left or armed in left:
            return
        # What was kept is read by the web application, or, where it died over that, by a worker.
        for member in self.crew.members if left[0][0] is Step.INBOUND_READ else [self.crew.web]:
            self._board.arm(member.slot, *left[0], 1)

    def _rest(self) -> None:
        """Everybody rests, every call is over, every receipt that is due has been taken; what is unknown is noted."""
        self.crew.rest()
        end = time.monotonic() + PATIENCE_SECONDS
        while not self._stub.quiet():
            self.crew.tend()
            if time.monotonic() > end:
                raise DidNotComeTrue("the provider did not become quiet")
            time.sleep(POLL_SECONDS)
        with self._sessions() as session:
            self._unknown |= ours.unknown(store.read_only(session))

    def _persons_answer(self) -> None:
        """An administrator looks at SendGrid's own page of what it took. What is not there goes out anew; of what is
        there, and never had an event, nobody knows whether it arrived."""
        taken = {call.attempt for call in journal.read(self._journal) if call.taken}
        with self._sessions.begin() as session:
            asked = select(Message).where(
                Message.state == MessageState.UNKNOWN, Message.person_asked_at.is_not(None),
                Message.channel == Channel.EMAIL,
            )  # fmt: skip
            for message in session.scalars(asked).all():
                attempt, now = message.attempt_id or "", self._board.now()
                if attempt not in taken:
                    settle_unknown(session, None, message.id, attempt, Became.SEND_AGAIN, now)
                    self._freed.append(Freed(ours.name_of(message), now))

    def _states(self) -> str:
        with self._sessions() as session:
            by_state = select(Message.state, func.count()).group_by(Message.state)
            counted = store.read_only(session).execute(by_state).all()
        return ", ".join(f"{count} {state.value}" for state, count in sorted(counted))

    def _case(self) -> Case:
        with self._sessions() as session:
            finals = ours.finals(store.read_only(session))
        return Case(
            plan=self._plan, calls=journal.read(self._journal), opt_outs=self._families.opt_outs, kills=self.crew.kills,
            unknown=self._unknown, finals=finals, checkpoints=self._checkpoints,
            wrote=journal.read_words(self._journal), freed=self._freed,
        )  # fmt: skip

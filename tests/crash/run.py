"""One run: round after round of the story, with deaths, withdrawals and checkpoints; then the case for the judge."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from datetime import datetime

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import Address, Channel, Consent, ConsentSource, ConsentState, Message, MessageState
from outreach.delivery import record_consent
from outreach.delivery.steps import Side, Step
from outreach.delivery.unknown import Became, settle_unknown

from . import journal
from .board import Board
from .crew import AT_RANDOM, PATIENCE_SECONDS, POLL_SECONDS, Crew, DidNotComeTrue, Point, Stub
from .judge import Case, Final, OptOut
from .letters import Plan, tag_in
from .scene import Scene
from .story import Deaths, Round, story

SENDING = tuple((step, side) for step in (Step.CLAIM, Step.SENDING, Step.CALL, Step.RESULT) for side in Side)
LOOKUPS = tuple((step, side) for step in (Step.RECONCILE, Step.POLL) for side in Side)
POINTS: Mapping[Deaths, tuple[Point, ...]] = {
    Deaths.SENDING: SENDING, Deaths.LOOKUPS: (*LOOKUPS, *SENDING), Deaths.NONE: (),
}  # fmt: skip
OF_THE_WEB = tuple((Step.RECEIPT, side) for side in Side)
OF_A_TEXT = tuple((step, side) for step in (Step.INBOUND_KEPT, Step.INBOUND_READ) for side in Side)
EVERY_POINT: tuple[Point, ...] = (*SENDING, *LOOKUPS, *OF_THE_WEB, *OF_A_TEXT)
"""Each must have been visited by death at least once."""
BETWEEN_KILLS = (0.05, 0.5)
"""Real seconds between two kills at random, at least and at most."""
MORE = 1.2
"""Kills aimed at for each that is asked for, since a round may end before all of its own have come."""
KEY = "crash|"


class Run:
    def __init__(
        self, scene: Scene, board: Board, sessions: sessionmaker[Session], crew: Crew, stub: Stub, plan: Plan,
        chance: random.Random, kills: int,
    ) -> None:  # fmt: skip
        self.crew = crew
        self._scene, self._board, self._sessions, self._stub = scene, board, sessions, stub
        self._plan, self._chance, self._kills = plan, chance, kills
        self._leaving = [letter for letter in plan.letters if letter.group == "leaves"]
        self._opt_outs: list[OptOut] = []
        self._unknown: dict[str, str] = {}
        self._wanted = 0.0
        self._wrote: set[str] = set()
        """Numbers whose withdrawal is on its way to us."""
        self._checkpoints: list[datetime] = []

    def play(self) -> Case:
        """The whole story. Raises :class:`~tests.crash.crew.DidNotComeTrue`."""
        rounds = list(story())
        self.crew.start()
        began = time.monotonic()
        for number, one in enumerate(rounds, 1):
            self._set_clock(one.at)
            self._stub.behave(kind=one.kind)
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
        if one.deaths is not Deaths.NONE:
            self._wanted += self._kills * one.share * MORE
        leaving = self._half_of_the_leaving() if one.leave else []
        seen, end = None, 0.0
        next_kill = time.monotonic() + self._chance.uniform(*BETWEEN_KILLS)
        # The stub is asked in any case: how far it has come is what shows that things go on.
        while not self._stub.quiet() or not self.crew.idle() or leaving or self._wrote:
            progress = (self._stub.asked, len(self.crew.kills), len(self._opt_outs))
            if progress != seen:
                seen, end = progress, time.monotonic() + PATIENCE_SECONDS
            if time.monotonic() > end:
                raise DidNotComeTrue(f"the round of {one.at} did not come to its end: {self._states()}")
            self.crew.tend()
            self._see_who_left()
            if self._wrote and one.deaths is not Deaths.NONE:
                self._die_over_its_text()
            if leaving and self._chance.random() < 0.2:
                self._withdraw(leaving.pop())
            points = POINTS[one.deaths]
            if len(self.crew.kills) >= self._wanted:  # enough, but for those where nobody has died yet
                points = tuple(point for point in points if not self.crew.visited[point])
            if not points:
                self.crew.disarm()
            else:
                self._arm(points)
                if time.monotonic() > next_kill and self._too_few_at_random():
                    self.crew.kill_one()
                    next_kill = time.monotonic() + self._chance.uniform(*BETWEEN_KILLS)
            time.sleep(POLL_SECONDS)
        self.crew.disarm()

    def _too_few_at_random(self) -> bool:
        """Two of five kills come from outside, the others at named points."""
        return sum(kill.point == AT_RANDOM for kill in self.crew.kills) < 0.4 * self._wanted

    def _arm(self, points: Sequence[Point]) -> None:
        for member in self.crew.workers:
            self.crew.arm(member, points)
        self.crew.arm(self.crew.web, OF_THE_WEB)

    def _half_of_the_leaving(self) -> list[str]:
        """Numbers of families that withdraw in this round: half of those that have not yet."""
        numbers = sorted({letter.to for letter in self._leaving} - {one.to for one in self._opt_outs})
        return numbers[: (len(numbers) + 1) // 2]

    def _withdraw(self, to: str) -> None:
        """In turn by STOP (which Twilio itself answers), in words of its own, and by the page of its school."""
        turn = (len(self._opt_outs) + len(self._wrote)) % 3
        if turn == 2:
            with self._sessions.begin() as session:
                address = session.scalars(select(Address).where(Address.value == to)).one()
                record_consent(
                    session, address.id, Channel.SMS, ConsentState.OUT, ConsentSource.STAFF, self._board.now()
                )  # fmt: skip
                in_flight = self._in_flight(session, to)
            self._opt_outs.append(OptOut(to, self._board.now(), in_flight))
            return
        words = {"body": "STOP", "opt_out": "STOP"} if turn == 0 else {"body": "no más mensajes"}
        self._stub.say("POST", "/crash/family", {"from": to, "sid": f"SM{int(to[2:]):032x}", **words})
        self._wrote.add(to)

    def _die_over_its_text(self) -> None:
        """While a family's text is on its way the web application dies at each point that a text passes, once."""
        left = [point for point in OF_A_TEXT if not self.crew.visited[point]]
        armed = self._board.armed(self.crew.web.slot)
        if not left or armed in left:
            return
        # What was kept is read by the web application, or, where it died over that, by a worker.
        for member in self.crew.members if left[0][0] is Step.INBOUND_READ else [self.crew.web]:
            self._board.arm(member.slot, *left[0], 1)

    def _see_who_left(self) -> None:
        """Whose text has been read, and its withdrawal committed."""
        if not self._wrote:
            return
        with self._sessions() as session:
            left = session.scalars(
                select(Address.value)
                .join(Consent, Consent.address_id == Address.id)
                .where(Address.value.in_(self._wrote), Consent.state == ConsentState.OUT)
                .distinct()
            )
            for to in left:
                self._wrote.discard(to)
                self._opt_outs.append(OptOut(to, self._board.now(), self._in_flight(session, to)))

    def _in_flight(self, session: Session, to: str) -> frozenset[str]:
        sending = select(Message.attempt_id).where(
            Message.to_value == to, Message.state == MessageState.SENDING
        )  # fmt: skip
        return frozenset(one for one in session.scalars(sending) if one is not None)

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
            unknown = select(Message).where(Message.state == MessageState.UNKNOWN)
            for message in session.scalars(unknown):
                self._unknown[message.attempt_id or ""] = tag_in(message.body) or message.intent_key

    def _persons_answer(self) -> None:
        """An administrator looks at SendGrid's own page of what it took. What is not there goes out anew; of what is
        there, and never had an event, nobody knows whether it arrived."""
        taken = {call.attempt for call in journal.read(self._scene.folder / "journal.jsonl") if call.taken}
        with self._sessions.begin() as session:
            asked = select(Message).where(
                Message.state == MessageState.UNKNOWN, Message.person_asked_at.is_not(None),
                Message.channel == Channel.EMAIL,
            )  # fmt: skip
            for message in session.scalars(asked).all():
                if message.attempt_id not in taken:
                    settle_unknown(session, None, message.id, Became.SEND_AGAIN, self._board.now())

    def _states(self) -> str:
        with self._sessions() as session:
            counted = session.execute(select(Message.state, func.count()).group_by(Message.state)).all()
        return ", ".join(f"{count} {state.value}" for state, count in sorted(counted))

    def _case(self) -> Case:
        with self._sessions() as session:
            rows = session.scalars(select(Message)).all()
        finals = {
            row.intent_key.removeprefix(KEY): Final(
                row.state.value, row.state_reason, row.person_asked_at is not None, row.channel.value, row.attempt_id,
            )
            for row in rows
        }  # fmt: skip
        return Case(
            plan=self._plan, calls=journal.read(self._scene.folder / "journal.jsonl"), opt_outs=self._opt_outs,
            kills=self.crew.kills, unknown=self._unknown, finals=finals, checkpoints=self._checkpoints,
        )  # fmt: skip

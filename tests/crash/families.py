"""What families say in the middle of it: they withdraw by text, by one click or at the office, or ask HELP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, sessionmaker

from models import Address, Channel, ConsentSource, ConsentState, InboundMessage
from outreach import store
from outreach.delivery import record_consent

from .board import Board
from .case import OptOut
from .crew import Stub
from .journal import Words
from .letters import Plan

WAYS: Mapping[str, Sequence[Words | None]] = {
    "sms": (Words.NO_MORE, Words.STOP, None), "email": (Words.CLICK, None), "help": (Words.HELP,),
}  # fmt: skip
"""Taken in turn; None: by a call to the office."""
Turn = tuple[str, str]
"""One of :data:`WAYS`, and the address."""


class Families:
    def __init__(self, stub: Stub, board: Board, sessions: sessionmaker[Session], plan: Plan) -> None:
        self._stub, self._board, self._sessions = stub, board, sessions
        leaving = [(letter.channel, letter.to) for letter in plan.letters if letter.group == "leaves"]
        self._stay: list[Turn] = list(dict.fromkeys(leaving))
        self._ask: list[Turn] = [("help", letter.to) for letter in plan.letters if letter.group == "answer"]
        self._now: list[Turn] = []
        self._turns: Counter[str] = Counter()
        self._read = True
        self.opt_outs: list[OptOut] = []
        """Those that the office wrote down."""
        self.said = 0
        """How often anything was said."""

    def begin(self) -> None:
        """Half of those who stay are to leave in this round, and one asks for help."""
        self._now = [*self._stay[: (len(self._stay) + 1) // 2], *self._ask[:1]]
        self._ask = self._ask[1:]

    @property
    def to_come(self) -> bool:
        return bool(self._now)

    def one_speaks(self) -> None:
        """The next one; whoever has no e-mail yet whose link it could click stays until the next time."""
        way, address = one = self._now.pop(0)
        words = WAYS[way][self._turns[way] % len(WAYS[way])]
        if words is None:
            self._calls_the_office(Channel(way), address)
        elif self._stub.family_writes(address, words):
            self._read = self._read and words is Words.CLICK
        else:
            return
        self.said += 1
        self._turns[way] += 1
        if one in self._stay:
            self._stay.remove(one)

    def text_under_way(self) -> bool:
        """A text of theirs has not been brought, or not been read."""
        if not self._read and self._stub.brought == self._stub.written:
            with self._sessions() as session:
                waits = select(exists().where(InboundMessage.read_at.is_(None)))
                self._read = not store.read_only(session).scalar(waits)
        return not self._read

    def _calls_the_office(self, channel: Channel, value: str) -> None:
        with self._sessions.begin() as session:
            address = session.scalars(select(Address).where(Address.value == value)).one()
            record_consent(session, address.id, channel, ConsentState.OUT, ConsentSource.STAFF, self._board.now())
        self.opt_outs.append(OptOut(value, self._board.now()))

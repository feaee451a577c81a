"""A district in one process, for tests that need the stub and the board's clock, but nobody's death."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from config.settings import Settings
from jobs.delivery import tick
from models import Message
from outreach.delivery import Providers, build

from . import journal, ours, scene, world
from .board import Board
from .case import Case, Freed
from .homes import Home
from .letters import Plan
from .scene import Scene

CALLS_LAST = timedelta(seconds=2)
"""Real patience with one call."""
MINUTE = timedelta(minutes=1)


class District:
    """Some families and what is meant for them, and a worker that delivers it by the board's clock."""

    def __init__(
        self, folder: Path, url: str, sessions: sessionmaker[Session], homes: list[Home], begins: datetime
    ) -> None:
        self.scene: Scene = scene.set_up(folder, url)
        self.board = Board(folder / "board")
        self.board.set_clock(begins)
        self.sessions = sessions
        self.freed: list[Freed] = []
        """E-mails of which a person said that they had not arrived."""
        with sessions.begin() as session:
            self.plan: Plan = world.fill(session, homes)
        self.settings: Settings = self.scene.settings()
        self.providers: Providers = build(self.settings, sessions, CALLS_LAST)

    def work(self, until: datetime, every: timedelta = 2 * MINUTE) -> None:
        """A worker's rounds, from the present moment on."""
        while (now := self.board.now()) < until:
            self.round()
            self.board.set_clock(min(now + every, until))
        self.round()

    def round(self, worker: str = "worker") -> None:
        tick(self.sessions, self.providers, self.board.now, worker, link=self.scene.public_url)

    def messages(self) -> dict[str, Message]:
        """By tag."""
        with self.sessions() as session:
            kept = session.scalars(select(Message).where(Message.intent_key.startswith("crash|"))).all()
        return {message.intent_key.removeprefix("crash|"): message for message in kept}

    def tags(self, group: str) -> set[str]:
        return {letter.tag for letter in self.plan.letters if letter.group == group}

    def calls(self) -> list[journal.Call]:
        return journal.read(self.scene.folder / "journal.jsonl")

    def case(self, checkpoint: datetime) -> Case:
        with self.sessions() as session:
            finals = ours.finals(session)
        return Case(self.plan, self.calls(), (), (), {}, finals, (checkpoint,), freed=self.freed)

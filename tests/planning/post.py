"""A district with its sandbox, one family, and the worker's round: what failed moves on to the next address."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Channel, ContactPoint, Message, Outreach
from outreach.delivery import Providers, drain
from outreach.planning import NewMessage, approve_all, follow_messages, write_by_hand
from outreach.planning.fallback import fall_back
from tests.planning.scene import Home, Scene
from tests.world import NOW, World

NOT_IN_SERVICE, LANDLINE = "+15005550004", "+15005550014"
UNDO = timedelta(seconds=30)
"""So long what a person sends stays with us; written then, it is due at ``NOW``."""
WORDS = "Maya asked for help in Algebra, and used it."


class Post:
    """One district, its sandbox, and the worker's round."""

    def __init__(self, sessions: sessionmaker[Session], providers: Providers) -> None:
        self.sessions, self.providers = sessions, providers

    def write(
        self, *addresses: str, channel: Channel = Channel.SMS, body: str = WORDS, language: str = "en",
        in_bulk: bool = False,
    ) -> Home:  # fmt: skip
        """Rosa with these addresses in order, and a teacher's message to the first of the channel; or a suggestion
        approved ``in_bulk``, by text to the first address."""
        with self.sessions.begin() as session:
            scene = Scene(session, World(session))
            scene.school.name = "Lakeside High"
            home = scene.home(phone=False, language=language)
            for value in addresses:
                (scene.world.email if "@" in value else scene.world.phone)(home.guardian, value)
            if in_bulk:
                _suggested(session, scene, home)
                assert approve_all(session, None, NOW).approved == 1
            else:
                write_by_hand(session, scene.viewer(), note(home, channel, body), NOW - UNDO)
        return home

    def round(self, at: datetime = NOW) -> int:
        """Deliver with every receipt, fall back, and let the plan follow; how many moved on."""
        drain(self.sessions, self.providers, lambda: at, "worker-1")
        with self.sessions.begin() as session:
            moved = fall_back(session, at)
            follow_messages(session, at)
        return moved

    def messages(self) -> list[Message]:
        with self.sessions() as session:
            return list(session.scalars(select(Message).order_by(Message.id)))

    def outreach(self) -> Outreach:
        with self.sessions() as session:
            return session.scalars(select(Outreach)).one()


def note(home: Home, channel: Channel, body: str, form_key: str = "f3b1") -> NewMessage:
    return NewMessage(
        form_key=form_key, family_id=home.family.id, guardian_id=home.guardian.id, student_ids=(home.student.id,),
        channel=channel, body=body, title="About Maya" if channel is Channel.EMAIL else None, language_confirmed=True,
    )  # fmt: skip


def _suggested(session: Session, scene: Scene, home: Home) -> None:
    address_id = session.scalars(select(ContactPoint.address_id).order_by(ContactPoint.id)).first()
    scene.world.add(
        Outreach(
            family_id=home.family.id, student_id=home.student.id, guardian_id=home.guardian.id,
            staff_id=scene.teacher.id, rule="goal", slot="2026-W48", evidence={}, channel=Channel.SMS, language="en",
            address_id=address_id, body=WORDS, created_at=NOW,
        )
    )  # fmt: skip

"""The counselor's queue with 5,000 families in it against one with 20: ``make bench-queue``, or ``python -m
benchmarks.queue``.

Fails (exit status 1) unless, in this one run, each page of the long queue (its front, one deep inside, the last, one
that is narrowed, a case beside it, the counts that are asked for every half minute) takes less than twice the time of
the short queue's. Whole requests, signed in, through the application; the pages of both are asked for in turn, so that
whatever else the machine does falls on both alike; compared are medians.

``--postgresql`` runs the same on a PostgreSQL of its own.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from flask.testing import FlaskClient
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from benchmarks.made_up import YEAR, ZONES, MadeUp
from benchmarks.scoring import databases, settle
from config.settings import Settings
from models import Account, AccountRole, Base, Case, CaseState, District, Role, Staff, StaffRole, StaffSchool, Subject
from outreach import store
from outreach.access import hash_password, viewer_of
from outreach.app import create_app
from outreach.generate.rows import count_on
from outreach.risk import QueueFilters, Whose, queue, score_families, tend_cases

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
FAMILIES, FEW, MOST_RATIO = 5_000, 20, 2.0
ROUNDS = 30
SEED = 2026
EMAIL, PASSWORD = "counselor@example.org", "nine ducks in a row"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
NEXT = re.compile(r'rel="next" href="([^"]+)"')
console = Console(stderr=True)


@dataclass(frozen=True)
class Room:
    """One application over one district, a counselor signed in, and the pages to be asked for."""

    client: FlaskClient
    pages: dict[str, str]
    rows: int


class Worrying(MadeUp):
    """Families that nearly all stand in the queue: every child is below average in everything that has marks."""

    def subject(self, student: int, subject: Subject, ability: int) -> None:
        super().subject(student, subject, min(ability, self.random.choice((45, 58, 66))))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--families", type=int, default=FAMILIES, help="fewer for a quick look")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own instead of SQLite")
    options = parser.parse_args()
    with TemporaryDirectory() as folder, databases(Path(folder), options.postgresql) as urls:
        short, long = _room(next(urls), FEW), _room(next(urls), options.families)
        return 0 if compare(short, long, options.rounds) else 1


def compare(short: Room, long: Room, rounds: int) -> bool:
    """Ask for every page of both in turn; say the medians and their ratio; True where all are under twice."""
    console.print(f"{short.rows} and {long.rows} families in the queue; medians of {rounds}, milliseconds")
    all_hold = True
    for name in long.pages:
        few: list[float] = []
        many: list[float] = []
        for number in range(rounds + 3):
            for room, times in ((short, few), (long, many)):
                taken = _timed(room.client, room.pages.get(name, room.pages["front"]))
                if number >= 3:
                    times.append(taken)
        ratio = statistics.median(many) / statistics.median(few)
        holds = ratio < MOST_RATIO
        all_hold = all_hold and holds
        console.print(
            f"{'ok  ' if holds else 'FAIL'} {name:<12} {statistics.median(few):7.1f} {statistics.median(many):7.1f}  "
            f"{ratio:.2f} times"
        )
    return all_hold


def _timed(client: FlaskClient, address: str) -> float:
    started = perf_counter()
    status = client.get(address).status_code
    taken = (perf_counter() - started) * 1000
    assert status in (200, 204), (address, status)
    return taken


def _room(url: str, families: int) -> Room:
    with console.status(f"Making up {families} families"):
        rows = _build(url, families)
    settings = Settings(database_url=url, secret_key=SecretStr("k" * 40))
    client = create_app(settings, clock=lambda: NOW).test_client()
    token = TOKEN.search(client.get("/login").text)
    assert token
    client.post("/login", data={"email": EMAIL, "password": PASSWORD, "csrf_token": token[1]})
    front = client.get("/queue").text
    family = re.search(r'data-row="(\d+)"', front)
    assert family
    pages = {
        "front": "/queue", "narrowed": "/queue?whose=open&language=es&reason=unanswered_request",
        "case": f"/queue/{family[1]}", "counts": f"/queue/counts?since={(NOW - timedelta(hours=9)).isoformat()[:19]}",
        **_deep(client, front),
    }  # fmt: skip
    return Room(client, pages, rows)


def _deep(client: FlaskClient, front: str) -> dict[str, str]:
    """A page in the middle of the queue and the last; none where there is only one."""
    addresses = []
    page = front
    while found := NEXT.search(page):
        addresses.append(found[1].replace("&amp;", "&"))
        page = client.get(addresses[-1]).text
    return {"deep": addresses[len(addresses) // 2], "last": addresses[-1]} if addresses else {}


def _build(url: str, families: int) -> int:
    """A district of one school, scored, its cases opened, some claimed, some snoozed; how many stand in the queue."""
    engine = store.connect(url)
    Base.metadata.create_all(engine)
    with Session(engine, expire_on_commit=False) as session:
        session.execute(insert(District), [{"id": 1, "name": "Made Up", "timezone": ZONES[0], "made_up": True}])
        made = Worrying(Random(SEED), NOW, marks_a_subject=2)  # noqa: S311 (a district, not a secret)
        made.school(0)
        for number in range(families + families // 5):  # some have no marks, and so no points for them
            made.family()
            if number % 1000 == 0:
                made.write(session)
        made.write(session)
        if engine.dialect.name == "postgresql":
            count_on(session, [Staff])
        counselor, colleague = _counselors(session, made.schools[0])
        session.commit()
        score_families(session, NOW)
        tend_cases(session, NOW)
        _work_on_some(session, colleague)
        session.commit()
        viewer = viewer_of(session, counselor, NOW)
        rows, after = 0, None
        while True:
            page = queue(session, viewer, NOW, QueueFilters(Whose.OPEN), after=after, size=200)
            rows, after = rows + len(page.rows), page.after
            if after is None:
                break
    settle(engine)
    engine.dispose()
    return rows


def _counselors(session: Session, school: int) -> tuple[Account, int]:
    role = Role(name=AccountRole.COUNSELOR)
    people = [
        Staff(given_name="C", family_name=name, display_name=f"C. {name}", role=StaffRole.COUNSELOR)
        for name in ("Lowe", "Diaz")
    ]
    session.add_all([role, *people])
    session.flush()
    session.add_all(StaffSchool(staff_id=one.id, school_id=school) for one in people)
    account = Account(
        email=EMAIL, password=hash_password(PASSWORD), fs_uniquifier="counselor", created_at=NOW, confirmed_at=NOW,
        staff_id=people[0].id, roles=[role],
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account, people[1].id


def _work_on_some(session: Session, colleague: int) -> None:
    ids: Sequence[int] = session.scalars(select(Case.id).where(Case.state == CaseState.OPEN).order_by(Case.id)).all()
    for some, values in (
        (ids[::5], {"claimed_by": colleague, "claimed_at": NOW}),
        (ids[1::9], {"snoozed_until": date(2026, 12, 1)}),
    ):
        session.execute(update(Case).where(Case.id.in_(some)).values(**values))
    assert YEAR[0] < NOW.date() < YEAR[1], "outside the year nothing is scored as silence"


if __name__ == "__main__":
    sys.exit(main())

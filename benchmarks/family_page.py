"""How much slower a family's page is with 2,000 contacts than with 20: ``make bench-pages``, or
``python -m benchmarks.family_page``.

One application over one database, its pages asked for in turn, so that what else the machine does weighs on both. Fails
(exit status 1) unless, in this one run, on SQLite and on PostgreSQL, the median time of the page with 2,000 contacts is
under twice that of the page with 20, both on the newest page and a hundred entries further back, and both pages need
the same number of statements.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from flask import Flask
from flask.testing import FlaskClient
from flask_login import login_user
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

from benchmarks.delivery_arena import postgresql
from config.settings import Settings
from models import (
    Account,
    AccountRole,
    Base,
    Channel,
    Contact,
    ContactStudent,
    Family,
    Initiator,
    Outcome,
    School,
    StaffRole,
    Student,
)
from outreach import store
from outreach.app import create_app
from outreach.risk import score_families
from tests.world import NOW, World

FEW, MANY = 20, 2000
MOST = 2.0
OURS = (Outcome.REACHED, Outcome.LEFT_MESSAGE, Outcome.NO_ANSWER)
console = Console(stderr=True)


def main() -> int:
    options = _options()
    with TemporaryDirectory() as folder:
        held = [_measure("SQLite", f"sqlite:///{folder}/outreach.sqlite", options.rounds)]
        with postgresql(Path(folder)) as database:
            held.append(_measure("PostgreSQL", database("pages"), options.rounds))
    return 0 if all(held) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=15)
    return parser.parse_args()


def _measure(name: str, url: str, rounds: int) -> bool:
    engine = store.connect(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        account, few, many = _town(session)
        session.commit()
        session.execute(text("ANALYZE"))
        session.commit()
    engine.dispose()
    app = create_app(Settings(database_url=url, secret_key=SecretStr("k" * 40)), clock=lambda: NOW)
    back = (NOW - timedelta(days=1, hours=9)).isoformat()
    older = f"/families/{many}?before={back.replace('+', '%2B')}/contact/1/0"
    pages = {f"{FEW} contacts": f"/families/{few}", f"{MANY} contacts": f"/families/{many}", "further back": older}
    with _signed_in(app, account) as client:
        times, statements = _ask(app, client, pages, rounds)
    usual = median(times[f"{FEW} contacts"])
    ratios = {page: median(times[page]) / usual for page in pages}
    for page in pages:
        console.print(
            f"{name}, {page}: {median(times[page]) * 1000:.0f} ms, {statements[page]} statements, "
            f"{ratios[page]:.2f} of the page with {FEW}"
        )
    same = statements[f"{FEW} contacts"] == statements[f"{MANY} contacts"]
    holds = max(ratios.values()) < MOST and same
    console.print(f"{'ok  ' if holds else 'FAIL'} {name}: under {MOST:g} times, the same statements")
    return holds


def _ask(
    app: Flask, client: FlaskClient, pages: dict[str, str], rounds: int
) -> tuple[dict[str, list[float]], dict[str, int]]:
    times: dict[str, list[float]] = {page: [] for page in pages}
    statements = dict.fromkeys(pages, 0)
    for number in range(rounds + 2):
        for page, address in pages.items():
            with _counted(app) as counted:
                began = perf_counter()
                answer = client.get(address)
                took = perf_counter() - began
            assert answer.status_code == 200, (page, answer.status_code)
            statements[page] = len(counted)
            if number > 1:  # the first rounds fill caches
                times[page].append(took)
    return times, statements


@contextmanager
def _counted(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def see(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    event.listen(engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", see)


@contextmanager
def _signed_in(app: Flask, account_id: int) -> Iterator[FlaskClient]:
    from flask import session as cookie  # noqa: PLC0415

    client = app.test_client()
    with app.test_request_context(environ_base=client.environ_base):
        from outreach.web.database import session as reading  # noqa: PLC0415

        login_user(reading().get_one(Account, account_id))
        signed_in = dict(cookie)
    with client.session_transaction() as kept:
        kept.update(signed_in, fs_cc="set", fs_paa=datetime.now(UTC).timestamp())
    yield client


def _town(session: Session) -> tuple[int, int, int]:
    """A counselor's sign-in and two families, one with few and one with many contacts of this year."""
    world = World(session)
    school = world.school(log_began=NOW.date() - timedelta(days=60))
    counselor = world.staff(school, role=StaffRole.COUNSELOR)
    account = world.account(counselor, AccountRole.COUNSELOR)
    few, many = _family(world, school, FEW), _family(world, school, MANY)
    for number in range(30):
        world.family(world.student(school, family_name=f"Neighbor {number}"))
    score_families(session, NOW)
    return account.id, few.id, many.id


def _family(world: World, school: School, contacts: int) -> Family:
    maya, leo = world.student(school), world.student(school, given_name="Leo")
    rosa = world.guardian(maya, leo)
    world.phone(rosa)
    for percent in (58, 71, 64):
        world.mark(maya, percent)
    family = world.family(maya, leo)
    teacher = world.staff(school)
    world.session.flush()
    _contacts(world.session, contacts, maya, leo, rosa.id, teacher.id)
    return family


def _contacts(session: Session, count: int, maya: Student, leo: Student, guardian: int, staff: int) -> None:
    """Every half hour of school days back from now: calls that reached and did not, texts of both sides."""
    first = session.execute(text("SELECT coalesce(max(id), 0) FROM contact")).scalar_one() + 1
    rows, about = [], []
    at = NOW - timedelta(hours=1)
    for number in range(count):
        family_began = number % 4 == 0
        rows.append(
            {
                "id": first + number, "occurred_at": at, "recorded_at": at, "guardian_id": guardian, "staff_id": staff,
                "initiator": Initiator.FAMILY if family_began else Initiator.TEACHER,
                "channel": Channel.SMS if family_began else Channel.PHONE,
                "outcome": Outcome.DELIVERED if family_began else OURS[number % 3],
                "summary": f"Number {number}: what was said about the test on Friday.",
            }
        )  # fmt: skip
        about.append({"contact_id": first + number, "student_id": (maya if number % 5 else leo).id})
        at -= timedelta(minutes=60 if count > FEW else 60 * 24)
    session.execute(insert(Contact), rows)
    session.execute(insert(ContactStudent), about)


if __name__ == "__main__":
    sys.exit(main())

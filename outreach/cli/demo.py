"""``outreach demo``: a made-up district, one night, web and worker: everything to click, nothing to set up."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from models import AuditEvent, Contact, Message, School, migrations
from outreach import store
from outreach.cli.context import CliContext, json_option, pass_cli
from outreach.cli.demo_clock import ZONE, moment_to_begin, night_before
from outreach.cli.demo_night import one_night
from outreach.cli.demo_processes import (
    LOOPBACK,
    parts,
    until_told_to_end,
    wait_until_it_answers,
    wait_until_one_ends,
)
from outreach.cli.demo_sign_ins import SignIn, sign_ins
from outreach.errors import OutreachError
from outreach.generate import RealDistrictError, clear_made_up, generate, made_up
from outreach.generate.year import next_school_day
from outreach.schooltime import is_school_day, load_hours

SEED = 1
NOT_HERE = "The demonstration never runs where a channel is live; set OUTREACH_DELIVERY_SMS and _EMAIL to sandbox."


class DemoRefusedError(OutreachError):
    """The demonstration cannot start here."""


@click.command("demo")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--families", default=400, show_default=True, type=click.IntRange(min=1))
@click.option("--reset", is_flag=True, help="Begin anew: clear the made-up district of an earlier run.")
@click.option(
    "--clock",
    default="auto",
    metavar="auto|real|ISO",
    help="When the demonstration begins. auto: after school of the next school day, when families are written to; "
    "real: now, whatever the hour; or a moment with its zone, such as 2026-11-24T16:35:00-06:00.",
)
@json_option
@pass_cli
def command(cli: CliContext, port: int, families: int, reset: bool, clock: str) -> None:
    """Try Outreach on a made-up district: prints an address and sign-ins, and runs until Ctrl-C.

    Nothing leaves this machine. A second run goes on where the last one ended.
    """
    if cli.settings.any_live:
        raise DemoRefusedError(NOT_HERE)
    _check_port(port)
    sessions = _database(cli, reset=reset)
    begins = _begin(sessions, cli.started_at, clock)
    address = f"http://{LOOPBACK}:{port}"
    with cli.console.status("Making up a district, then one night of work…"):
        signed = _district(cli, sessions, families, begins, address)
    ahead = begins - cli.started_at
    with until_told_to_end(), parts(port, ahead) as started:
        if not wait_until_it_answers(port, started):
            raise DemoRefusedError("The demonstration did not start; what stopped it stands above.")
        cli.emit(_as_json(address, begins, ahead, signed), _in_words(address, begins, ahead, signed))
        wait_until_one_ends(started)
        raise DemoRefusedError("A part of the demonstration ended by itself; what stopped it stands above.")
    cli.console.print("The demonstration has ended; run it again to go on from here.")


def _check_port(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            raise DemoRefusedError(
                f"Port {port} is in use, or not yours to use; choose another: outreach demo --port {port + 1}"
            ) from None


def _database(cli: CliContext, *, reset: bool) -> sessionmaker[Session]:
    """The database, migrated, with no district or a made-up one. Raises :class:`RealDistrictError`."""
    path = make_url(cli.settings.database_url).database
    if cli.settings.on_sqlite and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    if reset:
        clear_made_up(cli.engine)
    migrations.upgrade(cli.engine)
    sessions = store.session_factory(cli.engine)
    with sessions() as session:
        if made_up(session) is False:
            raise RealDistrictError(
                "This database holds a real district; name another one in OUTREACH_DATABASE_URL for the demonstration."
            )
    return sessions


def _begin(sessions: sessionmaker[Session], real: datetime, clock: str) -> datetime:
    """The demonstration's first moment, UTC; never before what the database has seen."""
    with sessions() as session:
        seen, has_school = _latest(session), _school_days(session)
    if clock == "auto":
        return moment_to_begin(real, seen, has_school)
    begins = real if clock == "real" else _named(clock)
    if seen is not None and begins < seen:
        raise DemoRefusedError(
            f"The demonstration has come to {seen.astimezone(ZONE):%d %b %Y %H:%M} already and time does not go back; "
            "begin anew with --reset."
        )
    return begins


def _named(clock: str) -> datetime:
    try:
        moment = datetime.fromisoformat(clock)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise DemoRefusedError(
            f"--clock takes auto, real, or a time with its zone such as 2026-11-24T16:35:00-06:00, not {clock!r}."
        )
    return moment.astimezone(UTC)


def _latest(session: Session) -> datetime | None:
    """The newest moment at which anything was recorded."""
    moments = [
        session.scalar(select(func.max(column)))
        for column in (Contact.recorded_at, AuditEvent.at, Message.created_at, Message.delivered_at)
    ]
    return max((moment for moment in moments if moment), default=None)


def _school_days(session: Session) -> Callable[[date], bool]:
    """Whether there is school on a day: by the first school's calendar, before there is one by every year's."""
    first = session.scalar(select(func.min(School.id)))
    hours = load_hours(session, first) if first else None
    if hours is None:
        return lambda day: next_school_day(day) == day
    return lambda day: is_school_day(hours, day)


def _district(
    cli: CliContext, sessions: sessionmaker[Session], families: int, begins: datetime, address: str
) -> list[SignIn]:
    """The district where there is none, the night before the demonstration's day where it has not been, sign-ins."""
    with sessions.begin() as session:
        if made_up(session) is None:
            generate(session, families, SEED, begins.astimezone(ZONE).date())
        early = night_before(begins, _latest(session))
    one_night(cli, sessions, early, address)
    with sessions.begin() as session:
        return sign_ins(session, cli.settings.signing_key(), begins)


def _as_json(address: str, begins: datetime, ahead: timedelta, signed: Sequence[SignIn]) -> dict[str, object]:
    return {
        "address": f"{address}/",
        "clock": begins,
        "seconds_ahead": round(ahead.total_seconds()),
        "sign_ins": [asdict(one) for one in signed],
    }


def _in_words(address: str, begins: datetime, ahead: timedelta, signed: Sequence[SignIn]) -> list[str]:
    wide = max(len(one.email) for one in signed)
    lines = [
        "",
        f"  Outreach runs at  {address}/",
        "  The district is made up; nothing leaves this machine.",
        "",
        *(f"  {one.role.value.replace('_', ' '):<24}{one.email:<{wide + 2}}{one.password}" for one in signed),
        "",
    ]
    if ahead >= timedelta(minutes=1):
        there = f"{begins.astimezone(ZONE):%A %d %B, %H:%M}"
        lines.append(f"  Its clock runs ahead of yours: it is {there} there, when families are written to.")
    return [*lines, "  Ctrl-C ends it.", ""]

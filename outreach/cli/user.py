"""``outreach user``: sign-ins, one by one or from the roster."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import click

from models import AccountRole
from outreach.access import create_account, hash_password, invite_from_roster
from outreach.app import create_app
from outreach.cli.context import CliContext, json_option, pass_cli
from outreach.errors import OutreachError
from outreach.web.database import close
from outreach.web.invitations import send_invitations
from outreach.web.sign_in import MINIMUM_PASSWORD

PASSWORD_VARIABLE = "OUTREACH_USER_PASSWORD"  # noqa: S105 - the variable's name


class PasswordRefused(OutreachError):
    """A password that cannot be taken."""


@click.group("user")
def user() -> None:
    """Sign-ins."""


@user.command("create")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([role.value for role in AccountRole]))
@click.option("--generate", is_flag=True, help="Make a password and print it, this once.")
@json_option
@pass_cli
def create(cli: CliContext, email: str, role: str, generate: bool) -> None:
    """Make a sign-in for EMAIL, tied to the staff member with that e-mail where there is one.

    The password is asked for, or read from OUTREACH_USER_PASSWORD or from the file that OUTREACH_USER_PASSWORD_FILE
    names. It is never printed, except one that --generate made.
    """
    password = secrets.token_urlsafe(12) if generate else _given_password()
    with cli.sessions() as session:
        made = create_account(session, email, AccountRole(role), cli.now, password_hash=hash_password(password))
        session.commit()
        tied = made.staff_id is not None
        answer: dict[str, object] = {"account": made.id, "email": made.email, "role": role, "staff_member": tied}
    lines = [f"{made.email} can sign in as {role.replace('_', ' ')}."]
    if not tied and role != AccountRole.DISTRICT_ADMINISTRATOR.value:
        lines.append("No staff member has this e-mail, so it sees no family until one does and it is made anew.")
    if generate:
        answer["password"] = password
        lines.append(f"Password, shown this once: {password}")
    cli.emit(answer, lines)


@user.command("invite")
@click.option("--from-roster", is_flag=True, required=True, help="Everybody on the roster who has no sign-in yet.")
@json_option
@pass_cli
def invite(cli: CliContext, from_roster: bool) -> None:
    """Make sign-ins for staff and put a letter to each into the outbox, with a link to choose a password."""
    app = create_app(cli.settings)
    with cli.sessions() as session:
        figures = invite_from_roster(session, cli.now)
        send_invitations(app, session, figures.invited, cli.now)
        session.commit()
    close(app)
    skipped = [f"  {count} left out: {why}" for why, count in sorted(figures.skipped.items())]
    cli.emit(
        {"invited": len(figures.invited), "already": figures.already, "skipped": figures.skipped},
        [f"{len(figures.invited)} invited, {figures.already} had a sign-in already.", *skipped],
    )


def _given_password() -> str:
    """Raises :class:`PasswordRefused` where none is given, or one that is too short."""
    password, file = os.environ.get(PASSWORD_VARIABLE), os.environ.get(f"{PASSWORD_VARIABLE}_FILE")
    if file:
        try:
            password = Path(file).read_text("utf-8").strip()
        except OSError as error:
            raise PasswordRefused(f"{PASSWORD_VARIABLE}_FILE cannot be read: {error.strerror}.") from None
    if not password:
        if not sys.stdin.isatty():
            raise PasswordRefused(f"Give the password at a terminal, in {PASSWORD_VARIABLE}(_FILE), or use --generate.")
        password = str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    if len(password) < MINIMUM_PASSWORD:
        raise PasswordRefused(f"A password needs at least {MINIMUM_PASSWORD} characters.")
    return password

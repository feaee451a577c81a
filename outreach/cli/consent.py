"""``outreach consent``: what a family agreed to, address by address, and a change that staff were told of."""

from __future__ import annotations

from collections.abc import Callable

import click
from sqlalchemy.orm import Session

from models import Address, AddressHealth, Channel, ConsentCategory, ConsentState
from outreach.cli.context import CliContext, json_option, pass_cli
from outreach.delivery.consent import SENDING_CHANNELS, address_of, consents_of
from outreach.delivery.consent_changes import change_by_staff
from outreach.delivery.ledger import Line, history
from outreach.errors import NotFound, OutreachError
from outreach.language import said
from outreach.roster import ParsedAddress, parse_email, parse_phone
from outreach.roster.addresses import keep_addresses

Command = Callable[..., None]


class NoAddress(OutreachError):
    """What was given is no phone number or e-mail that could be written to."""


@click.group("consent")
def consent() -> None:
    """Who agreed to what: the ledger of one address, and changes to it."""


@consent.command("show")
@click.argument("address")
@json_option
@pass_cli
def show(cli: CliContext, address: str) -> None:
    """What holds for ADDRESS (a phone number or e-mail), and its history, newest first."""
    with cli.sessions() as session:
        found = _known(session, address)
        channel = SENDING_CHANNELS[found.kind]
        standing = {
            category.value: state.value if state is not None else None
            for category in ConsentCategory
            for state in (consents_of(session, [found.id], category).get((found.id, channel)),)
        }
        lines = history(session, None, address_id=found.id)
        answer = {"address": found.value, "channel": channel.value, "standing": standing,
                  "history": [_as_json(line) for line in lines]}  # fmt: skip
    told = [f"{name}: {state or 'nobody said anything'}" for name, state in standing.items()]
    cli.emit(answer, [*told, *(_sentence(line) for line in lines)])


def _change(name: str, state: ConsentState, help_text: str) -> None:
    @consent.command(name, help=help_text)
    @click.argument("address")
    @click.option("--channel", type=click.Choice([Channel.SMS.value, Channel.EMAIL.value]), help="Default: its own.")
    @click.option("--category", type=click.Choice([one.value for one in ConsentCategory]), help="Only this one.")
    @click.option("--why", required=True, help="Who asked, how and when; it stands in the ledger.")
    @json_option
    @pass_cli
    def command(cli: CliContext, address: str, channel: str | None, category: str | None, why: str) -> None:
        with cli.sessions.begin() as session:
            found = _kept(session, address)
            made = change_by_staff(
                session, None, found.id, Channel(channel) if channel else SENDING_CHANNELS[found.kind], state, why,
                cli.now, category=ConsentCategory(category) if category else None,
            )  # fmt: skip
            told = {"address": found.value, "state": state.value, "added": len(made)}
        cli.emit(told, ["It stands in the ledger." if made else "It stood so already; nothing was added."])


_change("out", ConsentState.OUT, "Nothing more to ADDRESS: of every category, or of one.")
_change("in", ConsentState.IN, "Write to ADDRESS again, about school matters or one category.")


def _parsed(given: str) -> ParsedAddress:
    parsed = parse_email(given) if "@" in given else parse_phone(given)
    if parsed.health is AddressHealth.DEAD:
        raise NoAddress(f"{given} reaches nobody: {parsed.reason}.")
    return parsed


def _known(session: Session, given: str) -> Address:
    parsed = _parsed(given)
    found = address_of(session, parsed.kind, parsed.value)
    if found is None:
        raise NotFound(f"Nobody here has {given}, and nothing was ever said about it.")
    return found


def _kept(session: Session, given: str) -> Address:
    """The address, made where nobody here has it yet: a no holds from the day a family gives it."""
    parsed = _parsed(given)
    ids = keep_addresses(session, {(parsed.kind, parsed.value): parsed})
    return session.get_one(Address, ids[parsed.kind, parsed.value])


def _as_json(line: Line) -> dict[str, object]:
    return {
        "at": line.at, "channel": line.channel.value, "categories": [one.value for one in line.categories],
        "state": line.state.value, "source": line.source.value, "by": line.by, "note": said(line.note) or None,
    }  # fmt: skip


def _sentence(line: Line) -> str:
    kinds = " and ".join(one.value for one in line.categories)
    rest = "".join(f", {part}" for part in (line.by, said(line.note)) if part)
    return (
        f"{line.at:%Y-%m-%d %H:%M} UTC  {line.state.value} ({line.channel.value}, {kinds}): {line.source_words}{rest}"
    )

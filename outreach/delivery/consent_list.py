"""``import consents``: who agreed and who opted out, address by address. Opt-out lists are imported first of all."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    AddressHealth,
    AddressKind,
    Channel,
    Consent,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    District,
)
from outreach.language import N_
from outreach.roster import ImportFigures, ParsedAddress, Progress, Rejects, parse_email, parse_phone
from outreach.roster.addresses import keep_addresses
from outreach.roster.fields import choice_of, moment_of, shown, text_of
from outreach.roster.lists import import_list, once
from outreach.roster.rejection import RejectedRow
from outreach.roster.rows import FileSpec, Row
from outreach.roster.run import Chunk, Run
from outreach.roster.upsert import Change, Values

from .consent import add_entries, usual_categories
from .consent_changes import blocked_numbers

CONSENTS = FileSpec("consents", ("address", "channel", "state"), ("category", "source", "at", "note"), key="address")
"""``address``: a phone number or e-mail. ``channel``: sms, phone or email. ``category``: school, survey or all
(default: all where out, school where in).
``state``: in or out. ``source``: opt_out_list (default where out), given_to_school (default where in), family_wrote,
staff, provider, unsubscribe_link. ``at``: ISO 8601, default now; without it an ``in`` overrules no ``out``."""
CHANNELS = {Channel.SMS: AddressKind.PHONE, Channel.PHONE: AddressKind.PHONE, Channel.EMAIL: AddressKind.EMAIL}
ENTRY = ("address_id", "channel", "category")
THEIR_OWN = frozenset((ConsentSource.FAMILY_WROTE, ConsentSource.PROVIDER, ConsentSource.UNSUBSCRIBE_LINK))
"""Opt-outs by the family itself: only its own word, or an administrator who was told, ends them."""
Key = tuple[int, Channel, ConsentCategory]


def import_consents(
    session: Session,
    path: Path,
    now: datetime,
    *,
    dry_run: bool = False,
    rejects: Rejects | None = None,
    progress: Progress | None = None,
) -> ImportFigures:
    """Entries into the consent ledger. An entry that says what already stands is unchanged and not repeated.

    An opt-out always counts. An opt-in overrules an opt-out only where it says when it was given, later than that, and
    never one that the family gave itself (by STOP, the link in an e-mail, or the provider), nor where the carrier
    blocks the number; else it is unchanged too. An address that nobody here has is kept all the same, so that an
    opt-out holds from the day a family gives it: the list may come before any roster, and should.
    """
    return import_list(
        session, path, now, CONSENTS, _apply, before_roster=True, dry_run=dry_run, rejects=rejects, progress=progress
    )  # fmt: skip


def _apply(run: Run, chunk: Chunk) -> None:
    zone = ZoneInfo(run.session.scalar(select(District.timezone)) or "UTC")
    good, _ = chunk.read(partial(_entry, run, zone))
    lines = {id(values): row for row, values in good}
    addresses = _addresses(run, [values for _, values in good])
    for values in (values for _, values in good):
        parsed = values.pop("parsed")
        assert isinstance(parsed, ParsedAddress)
        values["address_id"] = addresses[parsed.kind, parsed.value]
    kept = once(chunk, [(lines[id(values)], values) for _, values in good], (*ENTRY[:2], "categories"))
    address_ids = {int(str(values["address_id"])) for values in kept}
    standing, blocked = _standing(run, address_ids), blocked_numbers(run.session, address_ids)
    entries: list[Consent] = []
    for values in kept:
        categories, dated = values.pop("categories"), bool(values.pop("dated"))
        assert isinstance(categories, tuple)
        barred = values["channel"] is Channel.SMS and values["address_id"] in blocked
        said = [Consent(**values, category=category) for category in categories]
        fresh = [one for one in said if _says_more(one, standing.get(_key(one)), dated=dated, barred=barred)]
        standing |= {_key(one): one for one in fresh}  # also against the rows that follow
        entries += fresh
        chunk.tally.count(Change.CREATED if fresh else Change.UNCHANGED)
    add_entries(run.session, entries)


def _addresses(run: Run, entries: list[Values]) -> dict[tuple[AddressKind, str], int]:
    parsed = [values["parsed"] for values in entries]
    return keep_addresses(run.session, {(one.kind, one.value): one for one in parsed if isinstance(one, ParsedAddress)})


def _standing(run: Run, address_ids: set[int]) -> dict[Key, Consent]:
    """What stands now: the newest entry of each."""
    newest = (
        select(func.max(Consent.id))
        .where(Consent.address_id.in_(address_ids))
        .group_by(Consent.address_id, Consent.channel, Consent.category)
    )
    found = run.session.scalars(select(Consent).where(Consent.id.in_(newest)))
    return {_key(entry): entry for entry in found}


def _key(entry: Consent) -> Key:
    return entry.address_id, entry.channel, entry.category


def _says_more(said: Consent, standing: Consent | None, *, dated: bool, barred: bool) -> bool:
    """``dated``: the list says when. ``barred``: the carrier blocks the number, whatever the ledger says."""
    if said.state is ConsentState.OUT:
        return standing is None or standing.state is ConsentState.IN
    if barred:
        return False
    if standing is None:
        return True
    if standing.state is ConsentState.IN or standing.source in THEIR_OWN:
        return False
    return dated and said.at > standing.at


def _entry(run: Run, zone: ZoneInfo, row: Row) -> Values:
    channel = choice_of(Channel, row, "channel")
    if channel not in CHANNELS:
        raise RejectedRow(
            "channel", N_("%(text)s needs no consent here; sms, phone and email do."), text=shown(channel.value)
        )
    parsed = parse_phone(row["address"]) if CHANNELS[channel] is AddressKind.PHONE else parse_email(row["address"])
    if parsed.health is AddressHealth.DEAD:
        raise RejectedRow("address", N_("reaches nobody: %(why)s."), why=parsed.reason or "")
    state = choice_of(ConsentState, row, "state")
    said_at = moment_of(row, "at", zone) if row["at"] else run.now
    if said_at > run.now:
        raise RejectedRow("at", N_("%(day)s lies in the future; nobody can have said it yet."), day=str(said_at.date()))
    usual = ConsentSource.OPT_OUT_LIST if state is ConsentState.OUT else ConsentSource.GIVEN_TO_SCHOOL
    return {
        "parsed": parsed, "channel": channel,
        "categories": _categories(row, state),
        "state": state, "source": choice_of(ConsentSource, row, "source") if row["source"] else usual,
        "at": said_at, "dated": bool(row["at"]), "note": text_of(row, "note", 1000) or None,
    }  # fmt: skip


def _categories(row: Row, state: ConsentState) -> tuple[ConsentCategory, ...]:
    said = row["category"].lower()
    if not said:
        return usual_categories(state)
    if said == "all":
        return tuple(ConsentCategory)
    return (choice_of(ConsentCategory, Row(row.line, {"category": said}), "category"),)

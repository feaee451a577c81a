"""The consent ledger as people read it: the newest first, one address's history, and what stands on a family's page."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressKind,
    Channel,
    Consent,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    ContactPoint,
    Guardian,
    InboundMessage,
)
from outreach.access import Viewer, visible_families
from outreach.errors import NotFound
from outreach.language import N_, _

from .holders import Holders, holders_of, of_other_schools, people, seen_guardians

PAGE = 50
SOURCE_WORDS = {
    ConsentSource.GIVEN_TO_SCHOOL: N_("given to school"),
    ConsentSource.OPT_OUT_LIST: N_("from an opt-out list"),
    ConsentSource.FAMILY_WROTE: N_("the family wrote it"),
    ConsentSource.STAFF: N_("entered by staff"),
    ConsentSource.PROVIDER: N_("reported by the provider"),
    ConsentSource.UNSUBSCRIBE_LINK: N_("by the link in an e-mail"),
}
FROM_LISTS = (ConsentSource.OPT_OUT_LIST, ConsentSource.GIVEN_TO_SCHOOL)
NOTE_ELSEWHERE = N_("The note stays with the school that made it.")
ABOUT = {
    Channel.SMS: (N_("texts of every kind"), N_("texts with a survey"), N_("texts about school matters")),
    Channel.EMAIL: (N_("e-mails of every kind"), N_("e-mails with a survey"), N_("e-mails about school matters")),
    Channel.PHONE: (N_("calls of every kind"), N_("calls with a survey"), N_("calls about school matters")),
}
ABOUT_OTHERS = (N_("messages of every kind"), N_("messages with a survey"), N_("messages about school matters"))
STANDING = {
    (ConsentState.OUT, Channel.SMS): N_("no more texts: %(how)s"),
    (ConsentState.OUT, Channel.EMAIL): N_("no more e-mails: %(how)s"),
    (ConsentState.OUT, Channel.PHONE): N_("no more calls: %(how)s"),
    (ConsentState.IN, Channel.SMS): N_("agreed to texts: %(how)s"),
    (ConsentState.IN, Channel.PHONE): N_("agreed to calls: %(how)s"),
    (ConsentState.IN, Channel.EMAIL): N_("agreed to e-mails: %(how)s"),
}
LONGEST_SEARCH = 100
FEWEST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One change: what somebody said about one address, for one or all categories."""

    id: int
    """The newest entry of it; the key to page by."""
    address_id: int
    kind: AddressKind
    value: str
    shown: str
    """The address, masked: "•••• 0142" or "r…@example.org"."""
    holders: Holders
    """Whom it reaches."""
    channel: Channel
    categories: tuple[ConsentCategory, ...]
    state: ConsentState
    source: ConsentSource
    at: datetime
    by: str | None
    note: str | None
    """In the words of who recorded it, or a kept sentence of ours; :data:`NOTE_ELSEWHERE` stands for those of a school
    that is not the viewer's."""
    family_id: int | None
    """Whose message it rests on, where the viewer may see that family."""

    @property
    def source_words(self) -> str:
        return _(SOURCE_WORDS[self.source])

    @property
    def about(self) -> str:
        """What it says yes or no to: texts with a survey, e-mails of every kind."""
        every, survey, school = ABOUT.get(self.channel, ABOUT_OTHERS)
        if len(self.categories) > 1:
            return _(every)
        return _(survey if self.categories == (ConsentCategory.SURVEY,) else school)


@dataclass(frozen=True, slots=True)
class Ledger:
    lines: tuple[Line, ...]
    older_than: int | None
    """The ``before`` of the next page; None: this is the last."""


@dataclass(frozen=True, slots=True)
class LedgerFigures:
    entries: int
    from_lists: int
    """Entries that came with an import."""
    opted_out: int
    """Addresses that want no texts, or no e-mails, about school matters now."""


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    words: str = ""
    """Part of a number, of an e-mail, or a guardian's name."""
    state: ConsentState | None = None
    source: ConsentSource | None = None


def ledger(session: Session, viewer: Viewer, wanted: LedgerFilter, before: int | None = None) -> Ledger:
    """The changes that ``viewer`` may see, newest first, fifty a page; ``before`` is the last page's ``older_than``."""
    statement = _entries(viewer).order_by(Consent.id.desc())
    if wanted.state is not None:
        statement = statement.where(Consent.state == wanted.state)
    if wanted.source is not None:
        statement = statement.where(Consent.source == wanted.source)
    if wanted.words.strip():
        statement = statement.where(_matches(viewer, wanted.words.strip()[:LONGEST_SEARCH]))
    if before is not None:
        statement = statement.where(Consent.id < before)
    # A change is one entry for each category, one after the other.
    rows = session.scalars(statement.limit((PAGE + 1) * len(ConsentCategory))).all()
    changes = _changes(rows)
    shown = changes[:PAGE]
    more = len(changes) > PAGE
    return Ledger(_lines(session, viewer, shown), min(one.id for one in shown[-1]) if more else None)


def ledger_figures(session: Session, viewer: Viewer) -> LedgerFigures:
    """How many entries there are, over what ``viewer`` may see."""
    seen = Consent.address_id.in_(visible_addresses(viewer))
    newest = (
        select(func.max(Consent.id))
        .where(seen, Consent.category == ConsentCategory.SCHOOL)
        .group_by(Consent.address_id, Consent.channel)
    )
    count = select(func.count()).select_from(Consent)
    return LedgerFigures(
        entries=session.scalar(count.where(seen)) or 0,
        from_lists=session.scalar(count.where(seen, Consent.source.in_(FROM_LISTS))) or 0,
        opted_out=session.scalar(count.where(Consent.id.in_(newest), Consent.state == ConsentState.OUT)) or 0,
    )


def history(
    session: Session, viewer: Viewer | None, *, address_id: int | None = None, guardian_id: int | None = None
) -> tuple[Line, ...]:
    """Every change about one address, or about each address of one guardian, newest first.

    Raises ``NotFound`` where the viewer may not see the address; a guardian's are left out so.
    """
    if address_id is not None:
        seen_address(session, viewer, address_id)
    held = select(ContactPoint.address_id).where(ContactPoint.guardian_id == guardian_id)
    about = Consent.address_id == address_id if address_id is not None else Consent.address_id.in_(held)
    rows = session.scalars(_entries(viewer).where(about).order_by(Consent.id.desc())).all()
    return _lines(session, viewer, _changes(rows))


def seen_address(session: Session, viewer: Viewer | None, address_id: int) -> Address:
    """The address, where ``viewer`` may see it. Raises ``NotFound``."""
    found = session.scalar(select(Address).where(Address.id == address_id, Address.id.in_(visible_addresses(viewer))))
    if found is None:
        raise NotFound(_("There is no such address, or you do not work with its family."))
    return found


def visible_addresses(viewer: Viewer | None) -> Select[int]:
    """The ids of the addresses, present and former, of present guardians in families that ``viewer`` may see; for the
    district (and the command line, None) all, also those that nobody here has."""
    if viewer is None or viewer.sees_district:
        return select(Address.id)
    return select(ContactPoint.address_id).where(ContactPoint.guardian_id.in_(seen_guardians(viewer)))


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody said about an address, for its family's page."""

    address_id: int
    out: bool
    words: str
    at: datetime


def consent_notes(session: Session, values: Collection[str]) -> dict[str, Note]:
    """By address (its value): what stands for school matters, where anybody ever said anything."""
    newest = (
        select(func.max(Consent.id))
        .join(Address, Address.id == Consent.address_id)
        .where(Address.value.in_(values), Consent.category == ConsentCategory.SCHOOL)
        .where(Consent.channel.in_((Channel.SMS, Channel.EMAIL)))
        .group_by(Consent.address_id)
    )
    rows = session.execute(
        select(Address.value, Consent).join(Address, Address.id == Consent.address_id).where(Consent.id.in_(newest))
    )
    return {
        value: Note(entry.address_id, entry.state is ConsentState.OUT, standing_words(entry), entry.at)
        for value, entry in rows
    }


def standing_words(entry: Consent) -> str:
    """ "no more texts: the family wrote it"; "agreed to e-mails: given to school"."""
    return _(STANDING[entry.state, entry.channel], how=_(SOURCE_WORDS[entry.source]))


def masked(kind: AddressKind, value: str) -> str:
    """An address that can be told from others without being read whole."""
    if kind is AddressKind.EMAIL:
        name, _, domain = value.partition("@")
        return f"{name[:1]}…@{domain}"
    return f"•••• {value[-4:]}"


def _entries(viewer: Viewer | None) -> Select[Consent]:
    return select(Consent).where(Consent.address_id.in_(visible_addresses(viewer)))


def _matches(viewer: Viewer, words: str) -> ColumnElement[bool]:
    digits = re.sub(r"\D", "", words)
    if "@" in words or (len(digits) >= FEWEST_DIGITS and not re.search(r"[^\W\d_]", words)):
        part = words.lower() if "@" in words else digits
        return Consent.address_id.in_(select(Address.id).where(Address.value.contains(part, autoescape=True)))
    holders = select(ContactPoint.address_id).join(Guardian, Guardian.id == ContactPoint.guardian_id)
    names = (Guardian.given_name, Guardian.preferred_name, Guardian.family_name)
    if not viewer.sees_district:
        holders = holders.where(Guardian.id.in_(seen_guardians(viewer, "named_family")))
    for word in words.lower().split():
        holders = holders.where(or_(*(func.lower(name).contains(word, autoescape=True) for name in names)))
    return Consent.address_id.in_(holders)


def _changes(rows: Sequence[Consent]) -> list[list[Consent]]:
    """Entries that were made as one, together: they differ in their category only."""
    return [list(same) for _, same in groupby(rows, key=_said)]


def _said(entry: Consent) -> tuple[object, ...]:
    return (
        entry.address_id, entry.channel, entry.state, entry.source, entry.at, entry.by_account_id, entry.note,
        entry.inbound_id,
    )  # fmt: skip


def _lines(session: Session, viewer: Viewer | None, changes: Sequence[list[Consent]]) -> tuple[Line, ...]:
    first = [change[0] for change in changes]
    addresses = {
        one.id: one for one in session.scalars(select(Address).where(Address.id.in_({row.address_id for row in first})))
    }
    holders = holders_of(session, viewer, addresses.keys())
    recorded_by = {row.by_account_id for row in first if row.by_account_id is not None}
    names, elsewhere = people(session, recorded_by), of_other_schools(session, viewer, recorded_by)
    families = _families(session, viewer, {row.inbound_id for row in first if row.inbound_id is not None})
    return tuple(
        Line(
            id=change[0].id, address_id=entry.address_id, kind=addresses[entry.address_id].kind,
            value=addresses[entry.address_id].value,
            shown=masked(addresses[entry.address_id].kind, addresses[entry.address_id].value),
            holders=holders.get(entry.address_id, Holders()), channel=entry.channel,
            categories=tuple(one for one in ConsentCategory if one in {each.category for each in change}),
            state=entry.state, source=entry.source, at=entry.at, by=names.get(entry.by_account_id or 0),
            note=NOTE_ELSEWHERE if entry.note and entry.by_account_id in elsewhere else entry.note,
            family_id=families.get(entry.inbound_id or 0),
        )
        for change in changes for entry in change[:1]
    )  # fmt: skip


def _families(session: Session, viewer: Viewer | None, inbound_ids: Collection[int]) -> dict[int, int]:
    statement = select(InboundMessage.id, InboundMessage.family_id).where(InboundMessage.id.in_(inbound_ids))
    if viewer is not None:
        statement = statement.where(InboundMessage.family_id.in_(visible_families(viewer)))
    rows = session.execute(statement)
    return {inbound_id: family_id for inbound_id, family_id in rows if family_id is not None}

"""Each address of a family's guardians as its page shows it: how healthy, what was agreed, what may be done with it.

An address that may not be used says why and offers nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models import AddressHealth, AddressKind, Channel, ConsentCategory, ConsentState
from outreach.access import Adult, Household, Reach
from outreach.delivery import basis_recorded, consents_of
from outreach.delivery.consent import SENDING_CHANNELS
from outreach.delivery.ledger import Note, consent_notes
from outreach.language import N_, _, said
from outreach.planning.channel import Person
from outreach.planning.people import people_of_students
from outreach.schooltime import district_day

DEAD = {
    AddressKind.PHONE: N_("This number no longer works."),
    AddressKind.EMAIL: N_("This e-mail address no longer works."),
    AddressKind.POSTAL: N_("Letters do not arrive at this address."),
}
SHARED = N_("Also reaches a person who may not be told: do not use it.")
SPARE = N_("Doubtful: used only when nothing else works.")
NO_TEXTS = N_("Calls only: this number gets no texts.")
NOT_AGREED = {
    Channel.SMS: N_("No texts yet: nobody has agreed to them."),
    Channel.EMAIL: N_("No e-mails yet: nobody has agreed to them."),
}
NO_RIGHTS = N_("Without education rights nothing in writing about school work goes there.")
SOME_CHILDREN = N_("May be told about some of the children only: no message about all of them goes there.")


@dataclass(frozen=True, slots=True)
class AddressView:
    reach: Reach
    call: bool
    emergency: bool
    """To be called in an emergency only."""
    write: Channel | None
    """sms or email, where it may be written to."""
    why_not: tuple[str, ...]
    """Why something is not offered, a sentence each."""
    doubt: str | None
    """Why it is doubtful."""
    consent: Note | None


def addresses_of(session: Session, home: Household, now: datetime) -> Mapping[int, tuple[AddressView, ...]]:
    """Guardian to addresses, in the guardian's own order; none of a guardian who may not be contacted at all. A fixed
    number of statements."""
    known = _Known.read(session, home, now)
    return {
        adult.id: tuple(_view(adult, reach, known) for reach in adult.reach) for adult in home.adults
        if adult.may_contact
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    ways: frozenset[tuple[int, int, Channel]]
    """Guardian, address and channel of each way in which the family can be written to about all its children."""
    tellable: frozenset[tuple[int, int]]
    """Guardian and address, where nobody barred shares it, about at least one child."""
    consents: Mapping[tuple[int, Channel], ConsentState]
    basis: bool
    notes: Mapping[str, Note]

    @classmethod
    def read(cls, session: Session, home: Household, now: datetime) -> _Known:
        reaches = [reach for adult in home.adults for reach in adult.reach]
        people = people_of_students(session, [child.id for child in home.children], district_day(session, now))
        told = {
            (person.guardian_id, reach.address_id) for its in people.values() for person in its
            for reach in person.reaches
        }  # fmt: skip
        return cls(
            frozenset(_ways([people.get(child.id, []) for child in home.children])), frozenset(told),
            consents_of(session, [reach.address_id for reach in reaches], ConsentCategory.SCHOOL),
            basis_recorded(session), consent_notes(session, [reach.value for reach in reaches]),
        )  # fmt: skip


def _ways(of_children: Sequence[Sequence[Person]]) -> Iterator[tuple[int, int, Channel]]:
    """Who may be written to about every one of the children, where, and by which channel: what the form to write
    offers (:func:`outreach.planning.ways_to_reach`)."""
    each = [
        {
            (person.guardian_id, reach.address_id, channel) for person in people for reach in person.reaches
            for channel in reach.channels
        }
        for people in of_children
    ]  # fmt: skip
    yield from set.intersection(*each) if each else ()


def _view(adult: Adult, reach: Reach, known: _Known) -> AddressView:
    dead = reach.health is AddressHealth.DEAD
    channel = SENDING_CHANNELS.get(reach.kind)
    told = (adult.id, reach.address_id) in known.tellable
    rights = any(one.may_contact and one.holds_rights and not one.emergency_only for one in adult.leave)
    emergency = all(one.emergency_only for one in adult.leave if one.may_contact)
    left_out = rights and not told
    phone = reach.kind is AddressKind.PHONE
    may_write = channel is not None and (adult.id, reach.address_id, channel) in known.ways
    why_not = () if may_write else tuple(_why_not(reach, channel, known, rights=rights, left_out=left_out))
    doubtful = reach.health is AddressHealth.DOUBTFUL
    return AddressView(
        reach, call=phone and not dead and (told or not rights), emergency=emergency,
        write=channel if may_write else None, why_not=why_not, doubt=said(reach.reason) if doubtful else None,
        consent=known.notes.get(reach.value),
    )  # fmt: skip


def _why_not(reach: Reach, channel: Channel | None, known: _Known, *, rights: bool, left_out: bool) -> Sequence[str]:
    """Why nobody writes there, the weightiest reason alone."""
    if reach.health is AddressHealth.DEAD:
        why = said(reach.reason)
        return [_(DEAD[reach.kind]), why] if why else [_(DEAD[reach.kind])]
    if channel is None:
        return []
    if left_out:
        return [_(SHARED if reach.health is AddressHealth.USABLE else SPARE)]
    if not rights:
        return [_(NO_RIGHTS)]
    if channel is Channel.SMS and reach.texts is False:
        return [_(NO_TEXTS)]
    state = known.consents.get((reach.address_id, channel))
    if state is ConsentState.OUT:
        return []  # the consent note beside it says so, and since when
    if state is None and not known.basis:
        return [_(NOT_AGREED[channel])]
    return [] if _another_first(reach, channel, known) else [_(SOME_CHILDREN)]


def _another_first(reach: Reach, channel: Channel, known: _Known) -> bool:
    """The same guardian is written to at another address of this kind."""
    holders = {guardian for guardian, address in known.tellable if address == reach.address_id}
    return reach.health is AddressHealth.DOUBTFUL or any(
        guardian in holders and each is channel for guardian, _address, each in known.ways
    )

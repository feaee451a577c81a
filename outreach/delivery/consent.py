"""Who agreed to what. The ledger is only added to; the newest entry of an address, channel and category stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressKind,
    Channel,
    Consent,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    District,
)
from outreach.language import _

from .errors import DeliveryRefused

SENDING_CHANNELS = {AddressKind.PHONE: Channel.SMS, AddressKind.EMAIL: Channel.EMAIL}
"""The channel that an address of each kind is written to by."""


def consents_of(
    session: Session, address_ids: Collection[int], category: ConsentCategory
) -> dict[tuple[int, Channel], ConsentState]:
    """The standing entry of each (address, channel), for ``category``; absent where nobody ever said anything."""
    newest = (
        select(func.max(Consent.id))
        .where(Consent.address_id.in_(address_ids), Consent.category == category)
        .group_by(Consent.address_id, Consent.channel)
    )
    rows = session.execute(select(Consent.address_id, Consent.channel, Consent.state).where(Consent.id.in_(newest)))
    return {(address_id, channel): state for address_id, channel, state in rows}


def has_consent(session: Session, address_id: int, channel: Channel, category: ConsentCategory) -> bool:
    """Whether this address may be written to for ``category``; see :func:`allows`."""
    standing = consents_of(session, [address_id], category).get((address_id, channel))
    return allows(standing, category, basis_recorded=standing is None and basis_recorded(session))


def allows(standing: ConsentState | None, category: ConsentCategory, *, basis_recorded: bool) -> bool:
    """An entry in the ledger decides. Without one, an address that came with the roster counts as given to school for
    school matters, once an administrator has recorded the district's own basis; a survey needs an opt-in of its own."""
    if standing is not None:
        return standing is ConsentState.IN
    return category is ConsentCategory.SCHOOL and basis_recorded


def basis_recorded(session: Session) -> bool:
    """Whether an administrator has recorded why the district may write to the addresses that families gave it."""
    return session.scalar(select(District.consent_basis_at)) is not None


def record_consent(
    session: Session, address_id: int, channel: Channel, state: ConsentState, source: ConsentSource, now: datetime,
    *, categories: Iterable[ConsentCategory] | None = None, account_id: int | None = None, note: str | None = None,
    inbound_id: int | None = None,
) -> list[Consent]:  # fmt: skip
    """Add to the ledger. Without ``categories`` an ``in`` is for school matters only, an ``out`` ends every one.

    ``inbound_id``: the family's own message that it rests on. For a message to the address that is just being sent,
    either ``sending`` was committed before this, and its call, which holds no row, may still be under way for as long
    as its deadline; or its gate sees this: gate and ledger both hold the address's row.
    """
    if categories is None:
        categories = usual_categories(state)
    entries = [
        Consent(
            address_id=address_id, channel=channel, category=category, state=state, source=source, at=now,
            by_account_id=account_id, note=note, inbound_id=inbound_id,
        )
        for category in categories
    ]  # fmt: skip
    add_entries(session, entries)
    return entries


def take_back(
    session: Session, outs: Iterable[Consent], source: ConsentSource, now: datetime, *, account_id: int | None = None,
    note: str | None = None, inbound_id: int | None = None,
) -> list[Consent]:  # fmt: skip
    """Undo these entries of one address and channel: *in* again for each category that was allowed before its *out*,
    and that nobody has said anything about since. No more than stood before; an undo opts nobody in."""
    basis = basis_recorded(session)
    undone = [out for out in outs if not any(entry.id > out.id for entry in _about(session, out))]
    allowed = [out for out in undone if allows(_before(session, out), out.category, basis_recorded=basis)]
    if not allowed:
        return []
    return record_consent(
        session, allowed[0].address_id, allowed[0].channel, ConsentState.IN, source, now, account_id=account_id,
        note=note, inbound_id=inbound_id, categories=sorted(out.category for out in allowed),
    )  # fmt: skip


def _before(session: Session, entry: Consent) -> ConsentState | None:
    earlier = [other for other in _about(session, entry) if other.id < entry.id]
    return earlier[-1].state if earlier else None


def _about(session: Session, entry: Consent) -> Sequence[Consent]:
    """Everything ever said about the same address, channel and category, oldest first."""
    return session.scalars(
        select(Consent)
        .where(
            Consent.address_id == entry.address_id, Consent.channel == entry.channel,
            Consent.category == entry.category,
        )
        .order_by(Consent.id)
    ).all()  # fmt: skip


def usual_categories(state: ConsentState) -> tuple[ConsentCategory, ...]:
    """What an entry is about that names no category: an ``in`` is for school matters, an ``out`` ends every one."""
    return (ConsentCategory.SCHOOL,) if state is ConsentState.IN else tuple(ConsentCategory)


def add_entries(session: Session, entries: Collection[Consent]) -> None:
    """Put entries at the end of the ledger, holding the row of each address: the one way in, for one and for many."""
    ids = sorted({entry.address_id for entry in entries})
    session.execute(select(Address.id).where(Address.id.in_(ids)).order_by(Address.id).with_for_update(key_share=True))
    session.add_all(entries)
    session.flush()


def record_basis(session: Session, words: str, now: datetime, account_id: int | None) -> None:
    """Keep the district's own words on why it may write to families, and who recorded them.

    Raises :class:`~outreach.delivery.errors.DeliveryRefused` without words.
    """
    if not words.strip():
        raise DeliveryRefused(_("Say in the district's own words why it may write to the addresses families gave it."))
    district = session.get_one(District, 1)
    district.consent_basis, district.consent_basis_at, district.consent_basis_by = words.strip(), now, account_id
    session.flush()


def address_of(session: Session, kind: AddressKind, value: str) -> Address | None:
    """The address with this normalised value, if anybody has it."""
    return session.scalar(select(Address).where(Address.kind == kind, Address.value == value))

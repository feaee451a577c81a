"""Changes to consent that are nobody's text: by staff who were told, and by the link in an e-mail."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import (
    Address,
    Channel,
    Consent,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    InboundMessage,
    InboundReading,
    JsonObject,
)
from outreach.access import ADMINISTRATORS, Viewer, audit, require_role
from outreach.language import N_, _

from .consent import SENDING_CHANNELS, record_consent, take_back, usual_categories
from .errors import DeliveryRefused
from .inbound.keep import handed_in
from .inbound.words import read_words
from .ledger import seen_address

LONGEST_NOTE = 300
BLOCKED = N_(
    "The carrier blocks texts to this number since STOP came from it. Only START from that phone ends the block; ask "
    "them to text START to the number that you write from."
)


def change_by_staff(
    session: Session, viewer: Viewer | None, address_id: int, channel: Channel, state: ConsentState, note: str,
    now: datetime, *, category: ConsentCategory | None = None,
) -> list[Consent]:  # fmt: skip
    """What a member of staff was told about an address they may see; ``note`` says by whom and how. None: by command.

    Without ``category`` an ``in`` is for school matters, an ``out`` ends every one. What stands so already adds
    nothing. Raises ``NotFound``, ``NotAllowed`` (only administrators opt anybody in) and :class:`DeliveryRefused`:
    no note, a channel that the address has not, or a number that its carrier blocks.
    """
    address = seen_address(session, viewer, address_id)
    if state is ConsentState.IN and viewer is not None:
        require_role(viewer, *ADMINISTRATORS)
    if SENDING_CHANNELS.get(address.kind) is not channel:
        raise DeliveryRefused(
            _("This address takes no such messages; choose texts for a number, e-mail for a mailbox.")
        )
    note = note.strip()
    if not note:
        if state is ConsentState.IN:
            raise DeliveryRefused(_("Say how they asked for it; it stands in the ledger."))
        raise DeliveryRefused(_("Say who asked, and how; it stands in the ledger."))
    if len(note) > LONGEST_NOTE:
        raise DeliveryRefused(
            _("This has %(count)s characters; at most %(most)s fit.", count=len(note), most=LONGEST_NOTE)
        )
    if state is ConsentState.IN and channel is Channel.SMS and blocked_by_carrier(session, address_id):
        raise DeliveryRefused(_(BLOCKED))
    wanted = (category,) if category is not None else usual_categories(state)
    changed = [one for one in wanted if _standing(session, address_id, channel, one) is not state]
    if not changed:
        return []
    entries = record_consent(
        session, address_id, channel, state, ConsentSource.STAFF, now, categories=changed, note=note,
        account_id=viewer.account_id if viewer is not None else None,
    )  # fmt: skip
    detail: JsonObject = {"channel": channel.value, "state": state.value, "categories": [*map(str, changed)]}
    audit(session, viewer, "consent.change", "address", address_id, now, detail=detail)
    return entries


def blocked_by_carrier(session: Session, address_id: int) -> bool:
    """Whether texts to this number would be refused whatever our ledger says: STOP came from it, and no START since."""
    return address_id in blocked_numbers(session, [address_id])


def blocked_numbers(session: Session, address_ids: Collection[int]) -> frozenset[int]:
    """The same for many: those of these addresses whose carrier blocks texts."""
    newest = (
        select(func.max(Consent.id))
        .where(
            Consent.address_id.in_(address_ids), Consent.channel == Channel.SMS,
            Consent.source.in_((ConsentSource.PROVIDER, ConsentSource.FAMILY_WROTE)),
        )
        .group_by(Consent.address_id)
    )  # fmt: skip
    rows = session.execute(
        select(Consent, InboundMessage)
        .outerjoin(InboundMessage, InboundMessage.id == Consent.inbound_id)
        .where(Consent.id.in_(newest), Consent.state == ConsentState.OUT)
    )
    return frozenset(
        entry.address_id for entry, wrote in rows
        if entry.source is ConsentSource.PROVIDER or (wrote is not None and _carrier_heard(wrote))
    )  # fmt: skip


def _carrier_heard(wrote: InboundMessage) -> bool:
    """What the family wrote is a word that the carrier, or Twilio, acts on too (error 21610 until START comes)."""
    if (taken_as := handed_in(wrote).taken_as) is not None:
        return taken_as is InboundReading.STOP
    said = read_words(wrote.body, Channel.SMS)
    return said.stop and said.carrier_word


def stopped_by_link(session: Session, address_id: int) -> bool:
    """Whether no e-mail of any category goes to this address any more."""
    return all(_standing(session, address_id, Channel.EMAIL, one) is ConsentState.OUT for one in ConsentCategory)


def stop_by_link(session: Session, address_id: int, now: datetime) -> bool:
    """One click on the link under an e-mail ends e-mails of every category. False where they had ended already."""
    _hold(session, address_id)
    ended = [
        one for one in ConsentCategory
        if _standing(session, address_id, Channel.EMAIL, one) is not ConsentState.OUT
    ]  # fmt: skip
    if ended:
        record_consent(
            session, address_id, Channel.EMAIL, ConsentState.OUT, ConsentSource.UNSUBSCRIBE_LINK, now,
            categories=ended,
        )  # fmt: skip
    return bool(ended)


def may_undo(session: Session, address_id: int) -> bool:
    """Whether it was the link that ended e-mails about school, so that the link may bring them back."""
    return any(entry.category is ConsentCategory.SCHOOL for entry in _ended_by_link(session, address_id))


def undo_by_link(session: Session, address_id: int, now: datetime) -> bool:
    """It was a mistake: what was allowed before it is again. False: nothing to undo."""
    _hold(session, address_id)
    ended = _ended_by_link(session, address_id)
    return bool(take_back(session, ended, ConsentSource.UNSUBSCRIBE_LINK, now))


def _ended_by_link(session: Session, address_id: int) -> list[Consent]:
    newest = [_newest(session, address_id, Channel.EMAIL, one) for one in ConsentCategory]
    return [
        entry for entry in newest
        if entry is not None and entry.state is ConsentState.OUT and entry.source is ConsentSource.UNSUBSCRIBE_LINK
    ]  # fmt: skip


def _hold(session: Session, address_id: int) -> None:
    """Two clicks at once are one after the other."""
    session.execute(select(Address.id).where(Address.id == address_id).with_for_update(key_share=True))


def _newest(session: Session, address_id: int, channel: Channel, category: ConsentCategory) -> Consent | None:
    return session.scalar(_of(address_id, channel, category).limit(1))


def _standing(session: Session, address_id: int, channel: Channel, category: ConsentCategory) -> ConsentState | None:
    found = _newest(session, address_id, channel, category)
    return found.state if found is not None else None


def _of(address_id: int, channel: Channel, category: ConsentCategory) -> Select[Consent]:
    return (
        select(Consent)
        .where(Consent.address_id == address_id, Consent.channel == channel, Consent.category == category)
        .order_by(Consent.id.desc())
    )

"""Tell the person who wrote last that the number was not the family's: by e-mail, once, with first names only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models import AddressKind, Audience, Channel, InboundMessage, Message, MessageKind, Staff
from outreach.contacts import students_of_family

from ..intents import Intent, enqueue
from ..links import Links

TITLE = "A number for {child}’s family is wrong"
WORDS = (
    "Somebody answered that the {address} you wrote to for {child}’s family is not theirs. Nothing more goes to it, and"
    " what you sent counts as not received.\n\nPlease ask the family, or the front office, for the right one."
)


def tell_sender(
    session: Session, inbound: InboundMessage, sent: Sequence[Message], links: Links, now: datetime
) -> None:
    """Write to who sent the newest of ``sent``; nothing where nobody in person did, or has no e-mail."""
    last = next((message for message in sent if message.staff_id is not None), None)
    staff = session.get(Staff, last.staff_id) if last is not None else None
    if last is None or last.family_id is None or staff is None or not staff.active or not staff.email:
        return
    inbound.staff_id = staff.id
    children = [student.preferred_name or student.given_name for student in students_of_family(session, last.family_id)]
    child = " and ".join(children) or "one child"
    address = "number" if inbound.channel is Channel.SMS else "address"
    body = WORDS.format(child=child, address=address)
    if links.public_url is not None:
        body += f"\n\n{links.public_url}/families/{last.family_id}"
    enqueue(
        session,
        Intent(
            key=f"wrong_number|{inbound.provider_id}", audience=Audience.STAFF, kind=MessageKind.NOTICE,
            channel=Channel.EMAIL, to_kind=AddressKind.EMAIL, to_value=staff.email, title=TITLE.format(child=child),
            body=body, due_at=now, automated=True, staff_id=staff.id, school_id=last.school_id,
        ),
        now,
    )  # fmt: skip

"""Tell the person who wrote last that the number was not the family's: by e-mail, once, with first names only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from babel.lists import format_list
from sqlalchemy.orm import Session

from models import AddressKind, Audience, Channel, InboundMessage, Message, MessageKind, Staff
from outreach.access import languages_of, works_here
from outreach.contacts import students_of_family
from outreach.language import N_, _, speaking, tongue
from outreach.language.catalogs import LOCALES
from outreach.schooltime import district_day

from ..intents import Intent, enqueue
from ..links import Links

NUMBER, ADDRESS = N_("A number for %(child)s’s family is wrong"), N_("An address for %(child)s’s family is wrong")
WHAT_NUMBER = N_(
    "Somebody answered that the number you wrote to for %(child)s’s family is not theirs. Nothing more goes to it, "
    "and what you sent counts as not received."
)
WHAT_ADDRESS = N_(
    "Somebody answered that the address you wrote to for %(child)s’s family is not theirs. Nothing more goes to it, "
    "and what you sent counts as not received."
)


def tell_sender(
    session: Session, inbound: InboundMessage, sent: Sequence[Message], links: Links, now: datetime
) -> None:
    """Write to who sent the newest of ``sent``; nothing where nobody in person did, or has no e-mail."""
    last = next((message for message in sent if message.staff_id is not None), None)
    staff = session.get(Staff, last.staff_id) if last is not None else None
    if last is None or last.family_id is None or staff is None or not works_here(staff, district_day(session, now)):
        return
    if not staff.email:
        return
    inbound.staff_id = staff.id
    children = [student.preferred_name or student.given_name for student in students_of_family(session, last.family_id)]
    with speaking(languages_of(session, [staff.id]).get(staff.id)):
        title, body = _words(inbound.channel, children)
    if links.public_url is not None:
        body += f"\n\n{links.public_url}/families/{last.family_id}"
    enqueue(
        session,
        Intent(
            key=f"wrong_number|{inbound.provider_id}", audience=Audience.STAFF, kind=MessageKind.NOTICE,
            channel=Channel.EMAIL, to_kind=AddressKind.EMAIL, to_value=staff.email, title=title, body=body, due_at=now,
            automated=True, staff_id=staff.id, school_id=last.school_id,
        ),
        now,
    )  # fmt: skip


def _words(channel: Channel, children: Sequence[str]) -> tuple[str, str]:
    """Title and words, in the language spoken now."""
    child = format_list(children, locale=LOCALES[tongue()]) if children else _("one child")
    title, what = (NUMBER, WHAT_NUMBER) if channel is Channel.SMS else (ADDRESS, WHAT_ADDRESS)
    advice = _("Please ask the family, or the front office, for the right one.")
    return _(title, child=child), f"{_(what, child=child)}\n\n{advice}"

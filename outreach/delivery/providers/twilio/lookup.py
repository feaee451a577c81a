"""What Twilio knows: the texts it took from us to one number, how one of them stands, what people wrote to us."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from twilio.base import values
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance, MessagePage

from models import Channel

from ...errors import LookupFailed
from ...inbound.incoming import Incoming
from ..base import Found
from ..storable import storable_text
from .statuses import NAME
from .wire import FAULTS, read_fault

PAGE = 1000
"""Texts in one answer, the most that Twilio gives; the deadline holds for each answer."""
MOST_PAGES = 20
INBOUND = "inbound"
NO_SUCH = ("20404", "http-404")


class Lookup:
    """Asks through the client that sends: the same pool, the same deadline for each answer."""

    def __init__(self, client: Client, *, number: str | None, messaging_service: str | None) -> None:
        self._client, self._number, self._messaging_service = client, number, messaging_service

    def sent_to(self, to_value: str, since: datetime) -> Sequence[Found]:
        """Every text of this account to ``to_value`` that was made since then, by whichever of its senders.

        Not filtered by Twilio's DateSent, which a text that still waits in its queue has not; nor by sender, which may
        have been another one then. Raises :class:`LookupFailed` where the list did not come to its end: half of a
        list proves no absence.
        """
        with self._asking():
            rows = _to_the_end(self._client.messages.page(to=to_value, page_size=PAGE))
            found = [_found(row) for row in rows if row.direction != INBOUND]
        return [one for one in found if one.created_at is None or one.created_at >= since]

    def status_of(self, provider_id: str) -> Found | None:
        """How this text stands; None where the account has none of that id. Raises :class:`LookupFailed`."""
        try:
            return _found(self._client.messages(provider_id).fetch())
        except FAULTS as fault:
            refused = read_fault(self._client, fault)
            if refused.code in NO_SUCH:
                return None
            raise LookupFailed(refused.code) from None

    def received_since(self, moment: datetime) -> Sequence[Incoming]:
        """What people wrote to our number, or to any number of our messaging service, since then, oldest first.

        Raises :class:`LookupFailed`.
        """
        to = self._number if self._messaging_service is None and self._number is not None else values.unset
        with self._asking():
            rows = _to_the_end(self._client.messages.page(to=to, date_sent_after=moment, page_size=PAGE))
            came = [_incoming(row, moment) for row in rows if row.direction == INBOUND and self._is_ours(row)]
        return sorted(came, key=lambda one: (one.received_at, one.provider_id))

    def _is_ours(self, row: MessageInstance) -> bool:
        return self._messaging_service is None or row.messaging_service_sid == self._messaging_service

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Whatever goes wrong inside has proved nothing."""
        try:
            yield
        except FAULTS as fault:
            raise LookupFailed(read_fault(self._client, fault).code) from None


def _to_the_end(page: MessagePage | None) -> Iterator[MessageInstance]:
    for _ in range(MOST_PAGES):
        if page is None:
            return
        yield from page
        page = page.next_page()
    if page is not None:
        raise LookupFailed("too long a list")


def _found(row: MessageInstance) -> Found:
    return Found(
        provider_id=_named(row.sid), to_value=str(row.to or ""), body=str(row.body or ""),
        status=str(row.status or ""), created_at=row.date_created, changed_at=row.date_updated,
        error_code=str(row.error_code) if row.error_code else None,
    )  # fmt: skip


def _incoming(row: MessageInstance, moment: datetime) -> Incoming:
    pictures = str(row.num_media or "0")
    body = storable_text(str(row.body or ""))
    return Incoming(
        provider=NAME, provider_id=_named(row.sid), channel=Channel.SMS, from_value=str(row.from_ or ""),
        to_value=str(row.to or ""), body=body,
        received_at=row.date_sent or row.date_created or moment,
        pictures=int(pictures) if pictures.isdecimal() else 0,
        raw={"MessageSid": row.sid, "From": row.from_, "To": row.to, "Body": body, "NumMedia": row.num_media},
    )  # fmt: skip


def _named(sid: str | None) -> str:
    if not sid:
        raise ValueError("an answer that names no message")
    return sid

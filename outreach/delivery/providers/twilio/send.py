"""Texts by Twilio, through its own SDK, with a deadline and one pool of connections."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from twilio.rest import Client

from config.settings import Settings
from models import JsonObject
from outreach.language import N_

from ...errors import Unclear
from ...receipt import Receipt
from ..base import Accepted, Found, Outgoing
from .lookup import Lookup
from .statuses import NAME, receipt_of
from .wire import FAULTS, connect, read_fault

if TYPE_CHECKING:
    from ...inbound import Incoming

STATUS_PATH = "/webhooks/twilio/status"
LONGEST_WAIT = 36_000
"""Seconds for which Twilio keeps a text in its queue at most (``ValidityPeriod``, 1 to 36,000); also its default."""

logging.getLogger("twilio.http_client").setLevel(logging.WARNING)  # below that it logs the words of messages


class Twilio:
    name = NAME
    confirms_opt_out = True
    """Its default handling answers STOP, START and HELP, on a number as on a messaging service."""

    def __init__(
        self, client: Client, *, number: str | None, messaging_service: str | None, public_url: str | None
    ) -> None:  # fmt: skip
        self._client = client
        self._number, self._messaging_service, self._public_url = number, messaging_service, public_url
        self._lookup = Lookup(client, number=number, messaging_service=messaging_service)

    @classmethod
    def from_settings(cls, settings: Settings, deadline: timedelta) -> Twilio:
        return cls(
            connect(settings, deadline), number=settings.twilio_from_number,
            messaging_service=settings.twilio_messaging_service_sid, public_url=settings.public_url,
        )  # fmt: skip

    @property
    def sender(self) -> str:
        return self._messaging_service or self._number or ""

    def send(self, outgoing: Outgoing) -> Accepted:
        """Ask Twilio to send; see :class:`~outreach.delivery.providers.base.Provider` for what is raised."""
        sender = (
            {"messaging_service_sid": self._messaging_service}
            if self._messaging_service is not None
            else {"from_": self._number or ""}
        )
        callback = {} if self._public_url is None else {"status_callback": self._callback(outgoing.attempt_id)}
        waits = {} if outgoing.leaves_by is None else {"validity_period": _seconds(outgoing.leaves_by - outgoing.now)}
        try:
            made = self._client.messages.create(to=outgoing.to_value, body=outgoing.body, **sender, **callback, **waits)
        except FAULTS as fault:
            raise read_fault(self._client, fault) from None
        if not made.sid:
            raise Unclear("answer", N_("Twilio's answer names no message"))
        return Accepted(made.sid)

    def sent_to(self, to_value: str, since: datetime) -> Sequence[Found]:
        return self._lookup.sent_to(to_value, since)

    def status_of(self, provider_id: str) -> Found | None:
        return self._lookup.status_of(provider_id)

    def receipt_of(self, found: Found, attempt_id: str | None) -> Receipt | None:
        raw: JsonObject = {"MessageSid": found.provider_id, "MessageStatus": found.status, "asked": True}
        return receipt_of(found.provider_id, found.status, found.error_code, attempt_id, found.changed_at, raw)

    def received_since(self, moment: datetime) -> Sequence[Incoming]:
        return self._lookup.received_since(moment)

    def _callback(self, attempt_id: str) -> str:
        return f"{self._public_url}{STATUS_PATH}?{urlencode({'attempt': attempt_id})}"


def _seconds(left: timedelta) -> int:
    return max(1, min(int(left.total_seconds()), LONGEST_WAIT))

"""Texts by Twilio, through its own SDK, with a deadline and one pool of connections."""

from __future__ import annotations

import logging
from datetime import timedelta
from urllib.parse import urlencode

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from config.settings import Settings

from ..errors import ProviderDown, ProviderError, RefusedForGood, RefusedForNow, Unclear
from .base import Accepted, Outgoing

STATUS_PATH = "/webhooks/twilio/status"
GONE_FOR_GOOD = frozenset({21211, 21408, 21610, 21612, 21614, 21617, 30007})
"""Twilio's codes that will be the same tomorrow: bad number, region not allowed, opted out, no route, no mobile,
too long, filtered."""
OURS_TO_MEND = frozenset({20003, 20005, 20008, 21606, 21703, 21704})
"""Credentials, account not active, test credentials, a sender that is not ours: no message will pass."""
SLOW_DOWN = frozenset({20429, 14107, 30022})
SERVER_ERROR = 500
TOO_MANY = 429
UNAUTHORIZED = frozenset({401, 403})

logging.getLogger("twilio.http_client").setLevel(logging.WARNING)  # below that it logs the words of messages


class Twilio:
    name = "twilio"

    def __init__(
        self, client: Client, *, sender: str | None, messaging_service: str | None, public_url: str | None
    ) -> None:  # fmt: skip
        self._client = client
        self._sender, self._messaging_service, self._public_url = sender, messaging_service, public_url

    @classmethod
    def from_settings(cls, settings: Settings, deadline: timedelta) -> Twilio:
        assert settings.twilio_account_sid is not None
        assert settings.twilio_auth_token is not None
        client = Client(
            settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value(),
            http_client=TwilioHttpClient(pool_connections=True, timeout=deadline.total_seconds(), max_retries=0),
        )  # fmt: skip
        if settings.twilio_base_url is not None:
            client.api.base_url = settings.twilio_base_url
        return cls(
            client, sender=settings.twilio_from_number, messaging_service=settings.twilio_messaging_service_sid,
            public_url=settings.public_url,
        )  # fmt: skip

    def send(self, outgoing: Outgoing) -> Accepted:
        """Ask Twilio to send; see :class:`~outreach.delivery.providers.base.Provider` for what is raised."""
        sender = (
            {"messaging_service_sid": self._messaging_service}
            if self._messaging_service is not None
            else {"from_": self._sender or ""}
        )
        callback = {} if self._public_url is None else {"status_callback": self._callback(outgoing.attempt_id)}
        try:
            made = self._client.messages.create(to=outgoing.to_value, body=outgoing.body, **sender, **callback)
        except TwilioRestException as error:
            raise classify(error.status, error.code) from None
        except requests.ConnectionError as error:
            raise _connection(error) from None
        except (requests.RequestException, TwilioException) as error:
            raise Unclear("connection", type(error).__name__) from None
        if not made.sid:
            raise Unclear("answer", "Twilio's answer names no message")
        return Accepted(made.sid)

    def _callback(self, attempt_id: str) -> str:
        return f"{self._public_url}{STATUS_PATH}?{urlencode({'attempt': attempt_id})}"


def classify(status: int, code: int | None) -> ProviderError:
    """Twilio's refusal by what may be done about it. A 5xx may have been accepted: only a lookup can tell."""
    label = str(code) if code else f"http-{status}"
    if code in SLOW_DOWN or status == TOO_MANY:
        return RefusedForNow(label, "Twilio asks to slow down")
    if code in OURS_TO_MEND or status in UNAUTHORIZED:
        return ProviderDown(label, "Twilio refuses our account or sender")
    if status >= SERVER_ERROR:
        return Unclear(label, "Twilio had a fault")
    if code in GONE_FOR_GOOD:
        return RefusedForGood(label, "Twilio does not send to this number")
    return RefusedForGood(label, "Twilio does not take this message")


def _connection(error: requests.ConnectionError) -> ProviderError:
    """Refused before anything was sent is safe to try again; a connection that broke later is not."""
    cause: BaseException | None = error
    reasons = []
    while cause is not None:
        reasons.append(cause)
        cause = cause.__cause__ or cause.__context__
    before_sending = isinstance(error, requests.ConnectTimeout) or any(
        isinstance(reason, ConnectionRefusedError) for reason in reasons
    )
    if before_sending:
        return RefusedForNow("connection", "Twilio could not be reached")
    return Unclear("connection", "the connection to Twilio broke")

"""Texts by Twilio, through its own SDK, with a deadline and one pool of connections."""

from __future__ import annotations

import logging
from datetime import timedelta
from urllib.parse import urlencode

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from config.settings import Settings

from ...errors import Unclear
from ..base import Accepted, Outgoing
from ..pool import broken, patience, pooled
from .codes import classify

STATUS_PATH = "/webhooks/twilio/status"

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
        wire = TwilioHttpClient(timeout=patience(deadline))
        wire.session = pooled(requests.Session())
        client = Client(
            settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value(), http_client=wire
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
        except (TwilioRestException, TwilioServiceException) as error:
            raise classify(error.status, error.code) from None
        except requests.RequestException as error:
            raise broken(error, "Twilio") from None
        except (TwilioException, ValueError, TypeError, AttributeError) as error:  # an answer that is none of theirs
            raise Unclear("answer", type(error).__name__) from None
        if not made.sid:
            raise Unclear("answer", "Twilio's answer names no message")
        return Accepted(made.sid)

    def _callback(self, attempt_id: str) -> str:
        return f"{self._public_url}{STATUS_PATH}?{urlencode({'attempt': attempt_id})}"

"""Twilio's own HTTP client with our deadline and pool, and the headers of its last answer, which the SDK drops."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from config.settings import Settings

from ...errors import ProviderError, Unclear
from ..pool import Remembering, asked_to_wait, broken, patience, pooled
from .codes import classify

FAULTS = (TwilioException, requests.RequestException, ValueError, TypeError, AttributeError, KeyError)
"""All that one call of the SDK may end in, an answer that is none of Twilio's included."""


class Wire(TwilioHttpClient):  # type: ignore[misc]  # the SDK has no types
    """Keeps connections open for all threads of a worker, and each thread's last headers to itself."""

    def __init__(self, deadline: timedelta) -> None:
        super().__init__(timeout=patience(deadline))
        self.session = pooled(Remembering())
        self._of_thread = threading.local()

    def request(self, *args: object, **options: object) -> Response:
        self._of_thread.headers = {}
        answer: Response = super().request(*args, **options)
        self._of_thread.headers = answer.headers or {}
        return answer

    @property
    def headers(self) -> Mapping[str, str]:
        """Of the last answer that this thread got; empty where none came."""
        found: Mapping[str, str] = getattr(self._of_thread, "headers", {})
        return found


def connect(settings: Settings, deadline: timedelta) -> Client:
    """The SDK's client, made from the settings; ``deadline`` bounds each of its calls."""
    assert settings.twilio_account_sid is not None
    assert settings.twilio_auth_token is not None
    client = Client(
        settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value(), http_client=Wire(deadline)
    )  # fmt: skip
    if settings.twilio_base_url is not None:
        client.api.base_url = settings.twilio_base_url
    return client


def read_fault(client: Client, fault: Exception) -> ProviderError:
    """What one of :data:`FAULTS` means for the message that was handed over."""
    if isinstance(fault, TwilioRestException | TwilioServiceException):
        wire = client.http_client
        return classify(fault.status, fault.code, asked_to_wait(wire.headers) if isinstance(wire, Wire) else None)
    if isinstance(fault, requests.RequestException):
        return broken(fault, "Twilio")
    return Unclear("answer", type(fault).__name__)

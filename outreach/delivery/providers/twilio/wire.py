"""An HTTP client for Twilio's SDK: our deadline and pool, and the headers of the last answer, which the SDK drops."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3 import make_headers
from urllib3.exceptions import HTTPError

from config.settings import Settings

from ...errors import ProviderError, Unclear
from ..pool import Pool, asked_to_wait, broken, patience
from .codes import classify

FAULTS = (TwilioException, HTTPError, ValueError, TypeError, AttributeError, KeyError)
"""All that one call of the SDK may end in, an answer that is none of Twilio's included."""


class Wire(HttpClient):  # type: ignore[misc]  # the SDK has no types
    """What the SDK hands its requests to: our pool and deadline. Keeps each thread's last headers to itself."""

    def __init__(self, deadline: timedelta) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False, timeout=patience(deadline))
        self._pool = Pool(patience(deadline))
        self._of_thread = threading.local()

    def request(
        self, method: str, url: str, params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None, timeout: float | None = None, allow_redirects: bool = False,
    ) -> Response:  # fmt: skip
        """Ask in a form, as Twilio's API is asked. ``timeout`` is the pool's, and no redirect is followed."""
        self._of_thread.headers = {}
        if params:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(params, doseq=True)}"
        who = {"Authorization": make_headers(basic_auth=":".join(auth))["authorization"]} if auth else {}
        body = urlencode(data, doseq=True).encode() if data else None
        answer = self._pool.ask(method, url, {**(headers or {}), **who}, body)
        self._of_thread.headers = answer.headers
        return Response(answer.status, answer.data.decode("utf-8", "replace"), answer.headers)

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
    if isinstance(fault, HTTPError):
        return broken(fault, "Twilio")
    return Unclear("answer", type(fault).__name__)

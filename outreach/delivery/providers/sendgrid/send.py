"""E-mail by SendGrid, through its own SDK, with a deadline and one pool of connections."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from python_http_client import Client
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError as NotAnswered

from config.settings import Settings
from models import JsonObject, JsonValue
from outreach.language import N_

from ...errors import ProviderDown, ProviderError, RefusedForGood, RefusedForNow, Unclear
from ..base import Accepted, Outgoing
from ..pool import Pool, asked_to_wait, broken, patience

HOST = "https://api.sendgrid.com"
ATTEMPT = "attempt"
"""The custom argument that comes back with every event."""
UNWATCHED: JsonObject = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
    "ganalytics": {"enable": False},
}
"""Nothing in an e-mail tells who opened it or followed a link: a family is not watched."""
STATUSES: Mapping[int, tuple[type[RefusedForGood] | type[RefusedForNow] | type[ProviderDown], str]] = {
    400: (RefusedForGood, N_("SendGrid does not take this message")),
    401: (ProviderDown, N_("the key is wrong")),
    403: (ProviderDown, N_("the key or the sender may not send")),
    404: (ProviderDown, N_("this is not SendGrid's address")),
    405: (ProviderDown, N_("this is not SendGrid's address")),
    409: (RefusedForNow, N_("another request was in the way")),
    413: (RefusedForGood, N_("the message is too large")),
    425: (RefusedForNow, N_("it came too early for SendGrid")),
    429: (RefusedForNow, N_("too many requests")),
}
SERVER_ERROR, CLIENT_ERROR, REQUEST_TIMEOUT = 500, 400, 408

logging.getLogger("python_http_client.client").setLevel(logging.WARNING)  # below that it logs the words of messages


class SendGrid:
    name = "sendgrid"
    confirms_opt_out = False

    def __init__(self, client: SendGridAPIClient, sender: str) -> None:
        self._client, self.sender = client, sender

    @classmethod
    def from_settings(cls, settings: Settings, deadline: timedelta) -> SendGrid:
        assert settings.sendgrid_api_key is not None
        assert settings.sendgrid_from_email is not None
        client = SendGridAPIClient(
            settings.sendgrid_api_key.get_secret_value(), host=settings.sendgrid_base_url or HOST
        )
        client.client = _PooledClient(
            pool=Pool(patience(deadline)),
            host=client.host,
            request_headers=dict(client.client.request_headers),
            version=3,
        )
        return cls(client, settings.sendgrid_from_email)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Ask SendGrid to send; see :class:`~outreach.delivery.providers.base.Provider` for what is raised.

        Its id for the message stands in the header ``X-Message-Id``; events prefix theirs with it.
        """
        try:
            response = self._client.send(self.mail(outgoing))
        except HTTPError as error:
            raise classify(error.status_code, asked_to_wait(error.headers)) from None
        except NotAnswered as error:
            raise broken(error, "SendGrid") from None
        provider_id = response.headers.get("X-Message-Id")
        return Accepted(str(provider_id or f"attempt:{outgoing.attempt_id}"))

    def mail(self, outgoing: Outgoing) -> JsonObject:
        """The e-mail as SendGrid gets it: words and their page, where answers go, and how one click ends it. Addresses
        stand as they are: the SDK's own builder would look for names in them, and takes longer than all else here."""
        title = " ".join((outgoing.title or "A note from school").split())
        content: list[JsonValue] = [{"type": "text/plain", "value": outgoing.body}]
        if outgoing.body_html is not None:
            content.append({"type": "text/html", "value": outgoing.body_html})
        mail: JsonObject = {
            "from": {"email": self.sender}, "subject": title, "content": content,
            "personalizations": [
                {"to": [{"email": outgoing.to_value}], "custom_args": {ATTEMPT: outgoing.attempt_id}}
            ],
            "tracking_settings": UNWATCHED,
        }  # fmt: skip
        if outgoing.reply_to is not None:
            mail["reply_to"] = {"email": outgoing.reply_to}
        headers = unsubscribe_headers(outgoing)
        if headers:
            mail["headers"] = dict(headers)
        return mail


def unsubscribe_headers(outgoing: Outgoing) -> list[tuple[str, str]]:
    """One click in the reader's mail program ends e-mails to this address (RFC 2369, RFC 8058)."""
    if outgoing.unsubscribe_url is None:
        return []
    ways = [f"<{outgoing.unsubscribe_url}>"]
    if outgoing.reply_to is not None:
        ways.append(f"<mailto:{outgoing.reply_to}?subject=unsubscribe>")
    return [("List-Unsubscribe", ", ".join(ways)), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]


def classify(status: int, wait: timedelta | None = None) -> ProviderError:
    """SendGrid's refusal by what may be done about it. A 5xx may have been accepted: only an event can tell;
    so may a 408, which says that somebody on the way waited too long.

    ``wait`` is what the answer asks for before another try.
    """
    label = f"http-{status}"
    if status >= SERVER_ERROR or status == REQUEST_TIMEOUT:
        return Unclear(label, N_("SendGrid had a fault"))
    kind, words = STATUSES.get(status, STATUSES[400] if status >= CLIENT_ERROR else STATUSES[404])
    return kind(label, words, wait) if issubclass(kind, RefusedForNow) else kind(label, words)


class _PooledClient(Client):  # type: ignore[misc]  # the SDK has no types
    """The SDK's own client opens a connection a message; this one keeps them, and follows no redirect."""

    def __init__(self, *, pool: Pool, **options: object) -> None:
        super().__init__(**options)
        self._pool = pool

    def _build_client(self, name: str | None = None) -> _PooledClient:
        return _PooledClient(
            pool=self._pool, host=self.host, version=self._version, request_headers=self.request_headers,
            url_path=[*self._url_path, name] if name else self._url_path, append_slash=self.append_slash,
        )  # fmt: skip

    def post(self, request_body: object) -> BaseHTTPResponse:
        """In place of the method that the SDK would make up at each call."""
        body = json.dumps(request_body).encode()
        headers = {"Content-Type": "application/json", **self.request_headers}
        answer = self._pool.ask("POST", self._build_url(None), headers, body)
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise HTTPError(answer.status, answer.reason, answer.data, answer.headers)
        return answer

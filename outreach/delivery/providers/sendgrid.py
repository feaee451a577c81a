"""E-mail by SendGrid, through its own SDK, with a deadline."""

from __future__ import annotations

import logging
from datetime import timedelta
from http.client import HTTPException
from urllib.error import URLError

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Content, CustomArg, Mail

from config.settings import Settings

from ..errors import ProviderDown, ProviderError, RefusedForGood, RefusedForNow, Unclear
from .base import Accepted, Outgoing

HOST = "https://api.sendgrid.com"
ATTEMPT = "attempt"
"""The custom argument that comes back with every event."""
SERVER_ERROR = 500
TOO_MANY = 429
UNAUTHORIZED = frozenset({401, 403})

logging.getLogger("python_http_client.client").setLevel(logging.WARNING)  # below that it logs the words of messages


class SendGrid:
    name = "sendgrid"

    def __init__(self, client: SendGridAPIClient, sender: str) -> None:
        self._client, self._sender = client, sender

    @classmethod
    def from_settings(cls, settings: Settings, deadline: timedelta) -> SendGrid:
        assert settings.sendgrid_api_key is not None
        assert settings.sendgrid_from_email is not None
        client = SendGridAPIClient(
            settings.sendgrid_api_key.get_secret_value(), host=settings.sendgrid_base_url or HOST
        )
        client.client.timeout = deadline.total_seconds()
        return cls(client, settings.sendgrid_from_email)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Ask SendGrid to send; see :class:`~outreach.delivery.providers.base.Provider` for what is raised.

        Its id for the message stands in the header ``X-Message-Id``; events prefix theirs with it.
        """
        try:
            response = self._client.send(self.mail(outgoing))
        except HTTPError as error:
            raise classify(error.status_code) from None
        except URLError as error:
            raise _connection(error) from None
        except (OSError, HTTPException) as error:
            raise Unclear("connection", type(error).__name__) from None
        provider_id = response.headers.get("X-Message-Id")
        return Accepted(str(provider_id or f"attempt:{outgoing.attempt_id}"))

    def mail(self, outgoing: Outgoing) -> Mail:
        mail = Mail(
            from_email=self._sender, to_emails=outgoing.to_value, subject=outgoing.title or "A note from school"
        )
        mail.add_content(Content("text/plain", outgoing.body))
        if outgoing.body_html is not None:
            mail.add_content(Content("text/html", outgoing.body_html))
        mail.add_custom_arg(CustomArg(ATTEMPT, outgoing.attempt_id, p=0))
        return mail


def classify(status: int) -> ProviderError:
    """SendGrid's refusal by what may be done about it. A 5xx may have been accepted: only an event can tell."""
    label = f"http-{status}"
    if status == TOO_MANY:
        return RefusedForNow(label, "SendGrid asks to slow down")
    if status in UNAUTHORIZED:
        return ProviderDown(label, "SendGrid refuses our key or sender")
    if status >= SERVER_ERROR:
        return Unclear(label, "SendGrid had a fault")
    return RefusedForGood(label, "SendGrid does not take this message")


def _connection(error: URLError) -> ProviderError:
    if isinstance(error.reason, ConnectionRefusedError):
        return RefusedForNow("connection", "SendGrid could not be reached")
    return Unclear("connection", "the connection to SendGrid broke")

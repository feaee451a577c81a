"""The floor under the outbox: nothing but the providers' SDKs, in a loop over some threads.

Twilio's gets a session with room for every thread, without which the SDK opens connections anew; SendGrid's is as it
comes. No line of ours stands between the loop and the SDK, so that what our own adapter costs, or holds up, shows.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests
from requests.adapters import HTTPAdapter
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Content, CustomArg, Mail
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from models import Channel

ATTEMPT = "a" * 32
CALLBACK = f"https://outreach.example.org/webhooks/twilio/status?attempt={ATTEMPT}"


def bare_loop(url: str, channel: Channel, threads: int, words: str) -> Callable[[int], None]:
    """A function that hands so many messages to the provider at ``url``, ``threads`` at once."""
    send = _texts(url, threads, words) if channel is Channel.SMS else _mails(url, words)

    def loop(messages: int) -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda _: send(), range(messages)))

    return loop


def _texts(url: str, threads: int, words: str) -> Callable[[], object]:
    wire = TwilioHttpClient()
    wire.session = requests.Session()
    wire.session.mount("http://", HTTPAdapter(pool_maxsize=threads))
    client = Client("AC" + "0123456789abcdef" * 2, "0" * 32, http_client=wire)
    client.api.base_url = url
    return lambda: client.messages.create(
        to="+13125550142", from_="+13125550100", body=words, status_callback=CALLBACK
    )  # fmt: skip


def _mails(url: str, words: str) -> Callable[[], object]:
    client = SendGridAPIClient("SG.key", host=url)

    def send() -> object:
        mail = Mail(from_email="school@example.org", to_emails="a@example.org", subject="About Maya")
        mail.add_content(Content("text/plain", words))
        mail.add_custom_arg(CustomArg("attempt", ATTEMPT, p=0))
        return client.send(mail)

    return send

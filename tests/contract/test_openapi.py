"""Every request that we can send, accepted by a mock made from the provider's own description of its API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from outreach.delivery import Outgoing
from outreach.delivery.errors import LookupFailed, ProviderError
from outreach.delivery.providers.sendgrid import SendGrid
from outreach.delivery.providers.twilio import Twilio
from tests.world import NOW

from .lines import DEADLINE, SERVICE, a_text, an_email, sendgrid, settings
from .prism import mock

pytestmark = [pytest.mark.shared_data, pytest.mark.slow]


@pytest.fixture(scope="module")
def twilio_s_own(shared: Path) -> Iterator[str]:
    with mock(shared / "data" / "openapi" / "twilio_api_v2010.json") as url:
        yield url


@pytest.fixture(scope="module")
def sendgrid_s_own(shared: Path) -> Iterator[str]:
    with mock(shared / "data" / "openapi" / "tsg_mail_v3.json") as url:
        yield url


@pytest.mark.parametrize("body", ["Maya did well.", "¿Qué tal? 👋", "x" * 1600, "a & b = c + d %"])
@pytest.mark.parametrize("sender", [{}, {"twilio_messaging_service_sid": SERVICE, "twilio_from_number": None}])
@pytest.mark.parametrize("public_url", ["https://outreach.example.org", None])
def test_twilio_takes_every_text_we_can_write(
    twilio_s_own: str, body: str, sender: dict[str, object], public_url: str | None
) -> None:
    line = Twilio.from_settings(settings(twilio_s_own, public_url=public_url, **sender), DEADLINE)
    assert line.send(a_text(body)).provider_id.startswith(("SM", "MM"))


@pytest.mark.parametrize("hours", [0, 1, 11])
def test_twilio_takes_how_long_a_text_may_wait_there(twilio_s_own: str, hours: int) -> None:
    line = Twilio.from_settings(settings(twilio_s_own), DEADLINE)
    assert line.send(a_text(waits=timedelta(hours=hours))).provider_id.startswith(("SM", "MM"))


def test_twilio_s_mock_refuses_what_the_description_does_not_allow(twilio_s_own: str) -> None:
    path = "/2010-04-01/Accounts/nobody/Messages.json"
    refused = requests.post(f"{twilio_s_own}{path}", data={"Body": "x"}, auth=("AC", "x"), timeout=20)
    assert refused.status_code == 422


@pytest.mark.parametrize("sender", [{}, {"twilio_messaging_service_sid": SERVICE, "twilio_from_number": None}])
def test_twilio_takes_every_question_we_can_ask(twilio_s_own: str, sender: dict[str, object]) -> None:
    line = Twilio.from_settings(settings(twilio_s_own, **sender), DEADLINE)
    # The mock's list names a next page for ever: that we came to our bound shows that each page was answered.
    with pytest.raises(LookupFailed, match="too long a list"):
        line.sent_to("+13125550142", NOW - timedelta(hours=1))
    with pytest.raises(LookupFailed, match="too long a list"):
        line.received_since(NOW - timedelta(hours=1))
    found = line.status_of("SM" + "0123456789abcdef" * 2)
    assert found is not None
    assert found.provider_id.startswith(("SM", "MM"))


def test_twilio_s_mock_knows_no_text_of_such_an_id(twilio_s_own: str) -> None:
    with pytest.raises(LookupFailed):
        Twilio.from_settings(settings(twilio_s_own), DEADLINE).status_of("nobody")


UNSUBSCRIBE, ANSWERS = "https://outreach.example.org/unsubscribe/token", "reply+bbb@reply.example.org"
EMAILS = {
    "plain": an_email(),
    "html": an_email("<p>Maya did well.</p>"),
    "untitled": replace(an_email(), title=None),
    "to be answered": replace(an_email(), reply_to=ANSWERS),
    "ended by a click": replace(an_email("<p>Maya did well.</p>"), unsubscribe_url=UNSUBSCRIBE),
    "both": replace(an_email("<p>Maya did well.</p>"), reply_to=ANSWERS, unsubscribe_url=UNSUBSCRIBE),
    "spanish": replace(an_email(), title="¿Qué tal?", body="Ánimo, Nguyễn 👋"),
}


@pytest.mark.parametrize("letter", EMAILS.values(), ids=EMAILS)
def test_sendgrid_takes_every_email_we_can_write(sendgrid_s_own: str, letter: Outgoing) -> None:
    assert sendgrid(sendgrid_s_own).send(letter).provider_id


def test_sendgrid_s_mock_refuses_an_argument_that_stands_at_the_top(
    sendgrid_s_own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = sendgrid(sendgrid_s_own)
    mail = line.mail(an_email()) | {"custom_args": {"attempt": "a" * 32}}
    monkeypatch.setattr(SendGrid, "mail", lambda *_: mail)
    with pytest.raises(ProviderError):
        line.send(an_email())

"""A family's text: believed only with Twilio's signature, kept before the answer, read at once or by the worker."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models import InboundMessage, InboundReading
from outreach.delivery import Providers
from outreach.delivery.providers.twilio import webhook as twilio
from outreach.web import webhooks
from tests.logged import Logged
from tests.world import NOW

from .conftest import Far
from .posts import TEXTS, post_as_twilio


def written(far: Far, body: str = "Can you call me?", **more: str) -> dict[str, str]:
    return {
        "MessageSid": "SM9", "SmsSid": "SM9", "SmsMessageSid": "SM9", "From": far.home.phone.value,
        "To": "+13125550100", "Body": body, "NumMedia": "0", "SmsStatus": "received", **more,
    }  # fmt: skip


def test_a_family_s_text_is_kept_and_twilio_is_told_to_say_nothing(far: Far) -> None:
    answer = post_as_twilio(far.client, TEXTS, written(far))
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert answer.text == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    assert "Set-Cookie" not in answer.headers
    kept = far.rows(select(InboundMessage))[0]
    assert (kept.body, kept.from_value, kept.provider_id) == ("Can you call me?", far.home.phone.value, "SM9")
    assert kept.read_at == NOW


def test_told_twice_is_one_message(far: Far) -> None:
    for _ in range(2):
        assert post_as_twilio(far.client, TEXTS, written(far)).status_code == 200
    assert far.rows(select(func.count()).select_from(InboundMessage)) == [1]


@pytest.mark.parametrize("signature", ["", "nonsense", "ñ"])
def test_without_twilio_s_signature_nothing_is_kept(far: Far, signature: str) -> None:
    answer = post_as_twilio(far.client, TEXTS, written(far), X_Twilio_Signature=signature)
    assert answer.status_code == 403
    assert far.rows(select(InboundMessage.id)) == []


def test_what_cannot_be_read_now_is_kept_and_left_to_the_worker(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Providers:
        raise RuntimeError("no provider to answer with")

    monkeypatch.setattr(webhooks, "providers", broken)
    assert post_as_twilio(far.client, TEXTS, written(far)).status_code == 200
    assert far.rows(select(InboundMessage.read_at)) == [None]


def test_a_picture_without_words_is_kept_and_counted(far: Far) -> None:
    params = written(far, "", NumMedia="2", MediaUrl0="https://example.org/0", MediaContentType0="image/jpeg")
    post_as_twilio(far.client, TEXTS, params)
    kept = far.rows(select(InboundMessage))[0]
    assert (kept.pictures, kept.raw["MediaUrl0"]) == (2, "https://example.org/0")


def test_characters_that_no_database_keeps_are_left_out(far: Far) -> None:
    post_as_twilio(far.client, TEXTS, written(far, "a\x00b 🙂"))
    assert far.rows(select(InboundMessage.body)) == ["ab 🙂"]


def test_only_a_post_is_taken(far: Far) -> None:
    assert far.client.get(TEXTS).status_code == 405


def test_the_log_holds_neither_words_nor_numbers(far: Far, logged: Logged) -> None:
    post_as_twilio(far.client, TEXTS, written(far, "My landlady Hortense is ill."))
    post_as_twilio(far.client, TEXTS, written(far, "My landlady Hortense is ill."), X_Twilio_Signature="wrong")
    text = logged.text()
    assert "webhook refused" in text
    assert not any(secret in text for secret in ("Hortense", far.home.phone.value[1:]))


@pytest.mark.parametrize(
    ("told", "reading"),
    [("STOP", InboundReading.STOP), ("START", InboundReading.START), ("HELP", InboundReading.HELP), ("", None),
     ("NEW", None)],
)  # fmt: skip
def test_what_twilio_itself_has_answered_is_told(told: str, reading: InboundReading | None) -> None:
    assert twilio.incoming({"MessageSid": "SM1", "OptOutType": told}, NOW).taken_as is reading


def test_a_post_that_names_no_message_is_named_by_what_it_says() -> None:
    one, same = ({"From": "+13125550142", "Body": "hi"} for _ in range(2))
    other = {"From": "+13125550142", "Body": "hi!"}
    assert twilio.incoming(one, NOW).provider_id == twilio.incoming(same, NOW).provider_id
    assert twilio.incoming(one, NOW).provider_id != twilio.incoming(other, NOW).provider_id


@pytest.mark.parametrize("number", ["", "x", "-1", "²", "1.5"])
def test_a_number_of_pictures_that_is_none_is_none(number: str) -> None:
    assert twilio.incoming({"MessageSid": "SM1", "NumMedia": number}, NOW).pictures == 0

"""A family's e-mail by Inbound Parse: signed over every byte of the form, attachments and all, and kept once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models import InboundMessage
from tests.logged import Logged
from tests.world import NOW

from .conftest import MAIL_ATTEMPT, Far
from .posts import FORM, MAILS, SendGridKey, mail_body

REPLY_TO = f"reply+{MAIL_ATTEMPT}@reply.example.org"


def fields(far: Far, **more: str | bytes) -> dict[str, str | bytes]:
    sender = far.email.value
    return {
        "headers": f"From: Rosa <{sender}>\nTo: {REPLY_TO}\nMessage-ID: <1@example.org>\nSubject: Re: Maya\n",
        "from": f"Rosa <{sender}>", "to": REPLY_TO, "subject": "Re: Maya", "text": "Can we talk tomorrow?",
        "envelope": json.dumps({"to": [REPLY_TO], "from": sender}), "SPF": "pass", "dkim": "none", **more,
    }  # fmt: skip


def post(
    far: Far, form: Mapping[str, str | bytes], files: Sequence[bytes] = (), key: SendGridKey | None = None,
    instead: Mapping[str, str] | None = None,
) -> TestResponse:  # fmt: skip
    body = mail_body(form, files)
    headers = {**(key or far.inbound_key).headers(body, NOW), **(instead or {})}
    return far.client.post(MAILS, data=body, content_type=FORM, headers=headers)


def kept(far: Far) -> list[InboundMessage]:
    return far.rows(select(InboundMessage))


def test_a_reply_is_kept_and_read(far: Far) -> None:
    answer = post(far, fields(far))
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Set-Cookie" not in answer.headers
    one = kept(far)[0]
    assert (one.from_value, one.to_value, one.title) == (far.email.value, REPLY_TO, "Re: Maya")
    assert (one.read_at, one.answers_message_id) == (NOW, far.mail_id)


def test_brought_twice_is_one_message(far: Far) -> None:
    for _ in range(2):
        assert post(far, fields(far)).status_code == 204
    assert len(kept(far)) == 1


def test_pictures_that_are_no_text_are_signed_counted_and_let_go(far: Far) -> None:
    picture = bytes(range(256)) * 8_000
    assert post(far, fields(far), [picture, picture]).status_code == 204
    one = kept(far)[0]
    assert one.pictures == 2
    assert len(json.dumps(one.raw)) < 5_000


def test_a_long_letter_is_not_lost(far: Far) -> None:
    words = "muy largo " * 150_000
    assert post(far, fields(far, text=words)).status_code == 204
    assert words.strip() in str(kept(far)[0].raw)


def test_a_letter_in_an_old_charset_is_read(far: Far) -> None:
    form = fields(far, text="¿Mañana?".encode("latin-1"), charsets=json.dumps({"text": "iso-8859-1"}))
    assert post(far, form).status_code == 204
    assert kept(far)[0].body == "¿Mañana?"


def test_a_forged_sender_is_kept_and_marked(far: Far) -> None:
    assert post(far, fields(far, SPF="fail")).status_code == 204
    assert kept(far)[0].raw["authenticated"] is False


@pytest.mark.parametrize("signature", ["", "nonsense", "ñ", "A" * 9_999])
def test_without_the_signature_nothing_is_kept(far: Far, signature: str) -> None:
    refused = post(far, fields(far), instead={"X-Twilio-Email-Event-Webhook-Signature": signature})
    assert (refused.status_code, refused.data) == (403, b"")
    assert far.client.post(MAILS, data=mail_body(fields(far)), content_type=FORM).status_code == 403
    assert kept(far) == []


def test_the_key_of_the_events_proves_no_mail(far: Far) -> None:
    assert post(far, fields(far), key=far.events_key).status_code == 403


def test_a_changed_byte_of_an_attachment_breaks_the_signature(far: Far) -> None:
    body = mail_body(fields(far), [b"one"])
    headers = far.inbound_key.headers(body, NOW)
    changed = body.replace(b"one", b"two")
    assert far.client.post(MAILS, data=changed, content_type=FORM, headers=headers).status_code == 403


def test_a_repeat_of_three_days_later_is_taken(far: Far) -> None:
    body = mail_body(fields(far))
    headers = far.inbound_key.headers(body, NOW - timedelta(days=3))
    assert far.client.post(MAILS, data=body, content_type=FORM, headers=headers).status_code == 204


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"\r\n"), (FORM, b"no form"),
        (FORM, b"--xYzZY\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\ncut"),
        ("multipart/form-data", b"x"), ("application/json", b"{}"), ("", b"x"),
        ("multipart/form-data; boundary=\xf1", b"x"),
    ],
)  # fmt: skip
def test_a_signed_body_that_is_no_form_is_answered_with_a_sentence(far: Far, kind: str, body: bytes) -> None:
    headers = {**far.inbound_key.headers(body, NOW), "Content-Type": kind}
    answer = far.client.post(MAILS, data=body, headers=headers)
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert far.rows(select(func.count()).select_from(InboundMessage)) == [0]


def test_too_large_a_mail_is_refused_before_it_is_read(far: Far) -> None:
    headers, claimed = far.inbound_key.headers(b"x", NOW), {"CONTENT_LENGTH": "60000000"}
    answer = far.client.post(MAILS, data=b"x", content_type=FORM, headers=headers, environ_overrides=claimed)
    assert answer.status_code == 413


def test_only_a_post_is_taken(far: Far) -> None:
    assert far.client.get(MAILS).status_code == 405


def test_the_log_holds_neither_words_nor_addresses(far: Far, logged: Logged) -> None:
    post(far, fields(far, text="My landlady Hortense is ill."))
    post(far, fields(far), key=far.events_key)
    text = logged.text()
    assert "webhook refused" in text
    assert not any(secret in text for secret in ("Hortense", far.email.value, "reply.example.org"))

"""Texts through Twilio's own SDK: what goes over the wire, and what each of its answers means."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from outreach.delivery.errors import (
    OutsideWindow,
    ProviderDown,
    ProviderError,
    RefusedForGood,
    RefusedForNow,
    Unclear,
)

from .lines import ACCOUNT, SERVICE, a_text, twilio
from .stub import Answer, Stub, nobody_listens

SHORT = timedelta(seconds=0.4)


def test_a_text_goes_out_with_the_attempt_in_its_callback(stub: Stub) -> None:
    accepted = twilio(stub.url).send(a_text("¿Qué tal? 👋"))
    (asked,) = stub.asked
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert asked.form == {
        "To": "+13125550142", "From": "+13125550100", "Body": "¿Qué tal? 👋",
        "StatusCallback": f"https://outreach.example.org/webhooks/twilio/status?attempt={'a' * 32}",
    }  # fmt: skip
    assert asked.headers["Authorization"].startswith("Basic ")
    assert accepted.provider_id.startswith("SM")


def test_a_messaging_service_takes_the_place_of_a_number(stub: Stub) -> None:
    twilio(stub.url, twilio_messaging_service_sid=SERVICE, twilio_from_number=None).send(a_text())
    assert stub.asked[0].form["MessagingServiceSid"] == SERVICE
    assert "From" not in stub.asked[0].form


def test_without_a_public_address_no_callback_is_asked_for(stub: Stub) -> None:
    twilio(stub.url, public_url=None).send(a_text())
    assert "StatusCallback" not in stub.asked[0].form


@pytest.mark.parametrize(
    ("waits", "seconds"),
    [(None, None), (timedelta(seconds=61.9), "61"), (timedelta(hours=11), "36000"), (timedelta(0), "1")],
)
def test_what_waits_there_when_the_window_closes_is_not_sent_any_more(
    stub: Stub, waits: timedelta | None, seconds: str | None
) -> None:
    twilio(stub.url).send(a_text(waits=waits))
    assert stub.asked[0].form.get("ValidityPeriod") == seconds


@pytest.mark.parametrize(
    ("status", "code", "kind", "label"),
    [
        (400, 21211, RefusedForGood, "21211"),
        (400, 21610, RefusedForGood, "21610"),
        (400, 21614, RefusedForGood, "21614"),
        (400, 99999, RefusedForGood, "99999"),
        (400, None, RefusedForGood, "http-400"),
        (429, 20429, RefusedForNow, "20429"),
        (429, None, RefusedForNow, "http-429"),
        (400, 21611, RefusedForNow, "21611"),
        (401, 20003, ProviderDown, "20003"),
        (403, None, ProviderDown, "http-403"),
        (404, 20404, ProviderDown, "20404"),
        (400, 21606, ProviderDown, "21606"),
        (301, None, ProviderDown, "http-301"),
        (400, 30610, OutsideWindow, "30610"),
        (408, None, Unclear, "http-408"),
        (409, None, RefusedForNow, "http-409"),
        (425, None, RefusedForNow, "http-425"),
        (400, 30003, RefusedForNow, "30003"),
        (400, 30004, RefusedForGood, "30004"),
        (400, 30005, RefusedForGood, "30005"),
        (400, 30006, RefusedForGood, "30006"),
        (400, 30007, RefusedForGood, "30007"),
        (400, 30008, RefusedForNow, "30008"),
        (500, None, Unclear, "http-500"),
        (503, 20503, Unclear, "20503"),
    ],
)
def test_a_refusal_is_read_by_what_may_be_done_about_it(
    stub: Stub, status: int, code: int | None, kind: type[ProviderError], label: str
) -> None:
    stub.will(Answer(status=status, code=code))
    with pytest.raises(ProviderError) as refused:
        twilio(stub.url).send(a_text())
    assert (type(refused.value), refused.value.code) == (kind, label)
    assert len(stub.asked) == 1, "a refusal was asked again behind our back"


@pytest.mark.parametrize(
    ("headers", "code", "wait"),
    [
        ({"Retry-After": "12"}, 20429, timedelta(seconds=12)),
        ({"Retry-After": "Tue, 24 Nov 2026 20:02:00 GMT", "Date": "Tue, 24 Nov 2026 20:00:00 GMT"}, 20429,
         timedelta(minutes=2)),
        ({"Retry-After": "999999999999"}, 20429, timedelta(days=1)),
        ({"Retry-After": "-5"}, 20429, None),
        ({}, 20429, None),
        ({}, 30610, timedelta(hours=1)),
        ({"Retry-After": "7200"}, 30610, timedelta(hours=2)),
    ],
)  # fmt: skip
def test_what_is_refused_for_now_says_how_long_to_wait(
    stub: Stub, headers: dict[str, str], code: int, wait: timedelta | None
) -> None:
    stub.will(Answer(status=429, code=code, headers=headers))
    with pytest.raises(RefusedForNow) as refused:
        twilio(stub.url).send(a_text())
    assert refused.value.wait == wait


def test_one_thread_s_wait_is_not_another_s(stub: Stub) -> None:
    line = twilio(stub.url)
    stub.will(Answer(status=429, code=20429, headers={"Retry-After": "12"}))
    with pytest.raises(RefusedForNow):
        line.send(a_text())
    stub.will(Answer(status=429, code=20429))
    with ThreadPoolExecutor(1) as other:
        refused = other.submit(line.send, a_text()).exception()
    assert isinstance(refused, RefusedForNow)
    assert refused.wait is None


def test_a_line_says_who_writes_and_that_twilio_answers_stop_itself(stub: Stub) -> None:
    assert twilio(stub.url).sender == "+13125550100"
    assert twilio(stub.url, twilio_messaging_service_sid=SERVICE).sender == SERVICE
    assert twilio(stub.url).confirms_opt_out


def test_an_error_in_the_newer_form_is_read_too(stub: Stub) -> None:
    body = b'{"type": "about:blank", "title": "no", "status": 400, "code": 21610}'
    stub.will(Answer(status=400, body=body, headers={"Content-Type": "application/problem+json"}))
    with pytest.raises(RefusedForGood) as refused:
        twilio(stub.url).send(a_text())
    assert refused.value.code == "21610"


@pytest.mark.parametrize(
    "answer",
    [Answer(closes=True), Answer(resets=True), Answer(hangs=True)],
    ids=["closes", "resets", "hangs"],
)
def test_a_connection_that_breaks_after_the_request_is_unclear(stub: Stub, answer: Answer) -> None:
    stub.will(answer)
    with pytest.raises(Unclear):
        twilio(stub.url, SHORT).send(a_text())
    assert len(stub.taken) == 1, "it was taken once, and never asked again behind our back"


@pytest.mark.parametrize("body", [b"<html>nginx</html>", b"", b"{}", b"[]"])
def test_a_yes_that_names_no_message_is_unclear(stub: Stub, body: bytes) -> None:
    stub.will(Answer(status=201, body=body))
    with pytest.raises(Unclear):
        twilio(stub.url).send(a_text())


def test_a_refused_connection_is_safe_to_try_again() -> None:
    with nobody_listens() as url, pytest.raises(RefusedForNow):
        twilio(url).send(a_text())


def test_a_name_that_nobody_has_is_safe_to_try_again() -> None:
    with pytest.raises(RefusedForNow):
        twilio("http://nobody.invalid").send(a_text())


def test_one_pool_serves_every_message_of_a_process(stub: Stub) -> None:
    line = twilio(stub.url)
    for _ in range(5):
        line.send(a_text())
    assert len({asked.connection for asked in stub.asked}) == 1


def test_threads_share_the_line_and_mix_nothing_up(stub: Stub) -> None:
    line = twilio(stub.url)
    bodies = [f"text {number}" for number in range(60)]
    with ThreadPoolExecutor(12) as threads:
        accepted = list(threads.map(lambda body: line.send(a_text(body)), bodies))
    assert sorted(asked.form["Body"] for asked in stub.taken) == sorted(bodies)
    assert len({one.provider_id for one in accepted}) == len(bodies)

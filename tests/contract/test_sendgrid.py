"""E-mail through SendGrid's own SDK: what goes over the wire, and what each of its answers means."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from outreach.delivery.errors import ProviderDown, ProviderError, RefusedForGood, RefusedForNow, Unclear

from .lines import an_email, sendgrid
from .stub import MAIL, Answer, Stub, nobody_listens

SHORT = timedelta(seconds=0.4)
NOT_WATCHED = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
    "ganalytics": {"enable": False},
}
UNSUBSCRIBE, ANSWERS = "https://outreach.example.org/unsubscribe/token", "reply+bbb@reply.example.org"


def test_an_email_goes_out_with_the_attempt_as_its_argument(stub: Stub) -> None:
    accepted = sendgrid(stub.url).send(an_email("<p>Maya did well.</p>"))
    (asked,) = stub.asked
    assert (asked.method, asked.path) == ("POST", MAIL)
    assert asked.json == {
        "from": {"email": "school@example.org"},
        "personalizations": [{"to": [{"email": "rosa@example.org"}], "custom_args": {"attempt": "b" * 32}}],
        "subject": "About Algebra",
        "content": [
            {"type": "text/plain", "value": "Maya did well."},
            {"type": "text/html", "value": "<p>Maya did well.</p>"},
        ],
        "tracking_settings": NOT_WATCHED,
    }
    assert asked.headers["Authorization"] == "Bearer SG.key"
    assert accepted.provider_id == "mail1"


def test_plain_words_alone_are_an_email_too(stub: Stub) -> None:
    sendgrid(stub.url).send(an_email())
    assert stub.asked[0].json["content"] == [{"type": "text/plain", "value": "Maya did well."}]


def test_one_click_in_the_mail_program_ends_them_and_an_answer_comes_to_us(stub: Stub) -> None:
    sendgrid(stub.url).send(replace(an_email(), unsubscribe_url=UNSUBSCRIBE, reply_to=ANSWERS))
    sent = stub.asked[0].json
    assert sent["reply_to"] == {"email": ANSWERS}
    assert sent["headers"] == {
        "List-Unsubscribe": f"<{UNSUBSCRIBE}>, <mailto:{ANSWERS}?subject=unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_without_a_mailbox_for_answers_only_the_link_ends_them(stub: Stub) -> None:
    sendgrid(stub.url).send(replace(an_email(), unsubscribe_url=UNSUBSCRIBE))
    sent = stub.asked[0].json
    assert "reply_to" not in sent
    assert isinstance(sent["headers"], dict)
    assert sent["headers"]["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"


def test_a_letter_to_staff_has_nothing_to_unsubscribe_from(stub: Stub) -> None:
    sendgrid(stub.url).send(an_email())
    assert "headers" not in stub.asked[0].json


def test_a_title_of_several_lines_is_one_line(stub: Stub) -> None:
    sendgrid(stub.url).send(replace(an_email(), title="About\r\nBcc: somebody"))
    assert stub.asked[0].json["subject"] == "About Bcc: somebody"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "90"}, timedelta(seconds=90)),
        ({"X-RateLimit-Reset": "1795550460", "Date": "Tue, 24 Nov 2026 20:00:00 GMT"}, timedelta(minutes=1)),
        ({"X-RateLimit-Reset": "1"}, timedelta(0)),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_a_busy_provider_says_how_long_to_wait(stub: Stub, headers: dict[str, str], wait: timedelta | None) -> None:
    stub.will(Answer(status=429, headers=headers))
    with pytest.raises(RefusedForNow) as refused:
        sendgrid(stub.url).send(an_email())
    assert refused.value.wait == wait


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedForGood),
        (413, RefusedForGood),
        (422, RefusedForGood),
        (408, Unclear),
        (409, RefusedForNow),
        (425, RefusedForNow),
        (429, RefusedForNow),
        (401, ProviderDown),
        (403, ProviderDown),
        (404, ProviderDown),
        (302, ProviderDown),
        (500, Unclear),
        (503, Unclear),
    ],
)
def test_a_refusal_is_read_by_what_may_be_done_about_it(stub: Stub, status: int, kind: type[ProviderError]) -> None:
    stub.will(Answer(status=status, headers={"Location": f"{stub.url}/elsewhere"} if status == 302 else {}))
    with pytest.raises(ProviderError) as refused:
        sendgrid(stub.url).send(an_email())
    assert (type(refused.value), refused.value.code) == (kind, f"http-{status}")
    assert len(stub.asked) == 1, "a refusal was asked again behind our back"


@pytest.mark.parametrize(
    "answer",
    [Answer(closes=True), Answer(resets=True), Answer(hangs=True)],
    ids=["closes", "resets", "hangs"],
)
def test_a_connection_that_breaks_after_the_request_is_unclear(stub: Stub, answer: Answer) -> None:
    stub.will(answer)
    with pytest.raises(Unclear):
        sendgrid(stub.url, SHORT).send(an_email())
    assert len(stub.taken) == 1, "it was taken once, and never asked again behind our back"


def test_a_refused_connection_is_safe_to_try_again() -> None:
    with nobody_listens() as url, pytest.raises(RefusedForNow):
        sendgrid(url).send(an_email())


def test_one_pool_serves_every_message_of_a_process(stub: Stub) -> None:
    line = sendgrid(stub.url)
    for _ in range(5):
        line.send(an_email())
    assert len({asked.connection for asked in stub.asked}) == 1


def test_threads_share_the_line_and_mix_nothing_up(stub: Stub) -> None:
    line = sendgrid(stub.url)
    letters = [replace(an_email(), body=f"letter {number}") for number in range(60)]
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(line.send, letters))
    bodies = [str(asked.json["content"]) for asked in stub.taken]
    assert len(set(bodies)) == len(letters)


def test_a_netrc_of_the_machine_does_not_replace_the_key(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    sendgrid(stub.url).send(an_email())
    assert stub.asked[0].headers["Authorization"] == "Bearer SG.key"

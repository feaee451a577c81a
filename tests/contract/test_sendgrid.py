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
    }
    assert asked.headers["Authorization"] == "Bearer SG.key"
    assert accepted.provider_id == "mail1"


def test_plain_words_alone_are_an_email_too(stub: Stub) -> None:
    sendgrid(stub.url).send(an_email())
    assert stub.asked[0].json["content"] == [{"type": "text/plain", "value": "Maya did well."}]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedForGood),
        (413, RefusedForGood),
        (422, RefusedForGood),
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

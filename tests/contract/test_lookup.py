"""What Twilio knows, asked through its own SDK: what goes over the wire, and what each answer is read as."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from models import Channel
from outreach.delivery.errors import LookupFailed
from outreach.delivery.providers.base import CanLookUp
from outreach.delivery.providers.twilio import lookup
from outreach.delivery.receipts import ReceiptEvent
from tests.world import NOW

from .lines import ACCOUNT, SERVICE, a_text, sendgrid, twilio
from .stub import Answer, Stub, nobody_listens

TO, OURS, FAMILY = "+13125550142", "+13125550100", "+13125550199"
LIST = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
SHORT = timedelta(seconds=0.4)


@pytest.fixture(autouse=True)
def time_on_the_wall(stub: Stub) -> None:
    stub.texts.now = NOW


def test_twilio_can_be_asked_and_sendgrid_cannot(stub: Stub) -> None:
    assert isinstance(twilio(stub.url), CanLookUp)
    assert not isinstance(sendgrid(stub.url), CanLookUp)


def test_what_was_sent_is_found_by_its_recipient_with_its_words(stub: Stub) -> None:
    line = twilio(stub.url)
    sid = line.send(a_text("¿Qué tal? 👋")).provider_id
    stub.texts.take({"To": FAMILY, "From": OURS, "Body": "to somebody else"})
    (found,) = line.sent_to(TO, NOW - timedelta(minutes=2))
    assert (found.provider_id, found.body, found.created_at) == (sid, "¿Qué tal? 👋", NOW)
    assert (stub.asked[-1].method, stub.asked[-1].path) == ("GET", LIST)
    assert stub.asked[-1].form["To"] == TO
    assert "DateSent>" not in stub.asked[-1].form, "a text that waits in Twilio's queue has no date of sending"


def test_neither_what_came_before_nor_what_the_family_wrote_is_what_we_sent(stub: Stub) -> None:
    stub.texts.now = NOW - timedelta(hours=1)
    stub.texts.take({"To": TO, "From": OURS, "Body": "yesterday's"})
    stub.texts.now = NOW
    stub.texts.comes_in(FAMILY, TO, "hello")
    assert twilio(stub.url).sent_to(TO, NOW) == []


def test_a_list_of_several_pages_is_read_to_its_end(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "PAGE", 3)
    made = [stub.texts.take({"To": TO, "From": OURS, "Body": f"{number}"}).sid for number in range(8)]
    found = twilio(stub.url).sent_to(TO, NOW)
    assert sorted(one.provider_id for one in found) == made
    assert len(stub.asked) == 3


def test_a_list_without_an_end_proves_nothing(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "PAGE", 1)
    monkeypatch.setattr(lookup, "MOST_PAGES", 2)
    for number in range(3):
        stub.texts.take({"To": TO, "From": OURS, "Body": f"{number}"})
    with pytest.raises(LookupFailed):
        twilio(stub.url).sent_to(TO, NOW)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=500), Answer(status=429, code=20429), Answer(status=401, code=20003), Answer(closes=True),
        Answer(hangs=True), Answer(body=b"<html>nginx</html>"), Answer(body=b"{}"), Answer(body=b"[]"),
        Answer(body=b'{"messages": [{"to": "+13125550142", "direction": "outbound-api"}], "uri": "x"}'),
    ],
    ids=["fault", "busy", "credentials", "closes", "hangs", "html", "empty", "list", "nameless"],
)  # fmt: skip
def test_an_answer_that_is_none_proves_nothing(stub: Stub, answer: Answer) -> None:
    line = twilio(stub.url, SHORT)
    stub.will(answer)
    with pytest.raises(LookupFailed):
        line.sent_to(TO, NOW)


def test_the_second_page_may_fail_as_the_first(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "PAGE", 1)
    for number in range(2):
        stub.texts.take({"To": TO, "From": OURS, "Body": f"{number}"})
    stub.will(Answer(), Answer(status=503))
    with pytest.raises(LookupFailed):
        twilio(stub.url).sent_to(TO, NOW)


def test_nobody_there_proves_nothing() -> None:
    asks: list[Callable[[CanLookUp], object]] = [
        lambda line: line.sent_to(TO, NOW),
        lambda line: line.status_of("SM" + "0" * 32),
        lambda line: line.received_since(NOW),
    ]
    with nobody_listens() as url:
        for ask in asks:
            with pytest.raises(LookupFailed):
                ask(twilio(url))


def test_one_text_tells_how_it_stands(stub: Stub) -> None:
    line = twilio(stub.url)
    sid = line.send(a_text()).provider_id
    stub.texts.stands(sid, "undelivered", 30003)
    found = line.status_of(sid)
    assert found is not None
    assert (found.status, found.error_code) == ("undelivered", "30003")
    receipt = line.receipt_of(found, "a" * 32)
    assert receipt is not None
    assert (receipt.event, receipt.error_code, receipt.key) == (
        ReceiptEvent.FAILED,
        "30003",
        f"twilio|{sid}|undelivered",
    )
    assert "Maya" not in str(receipt.raw), "a receipt holds no words of the message"


def test_a_text_that_twilio_does_not_have_is_none(stub: Stub) -> None:
    assert twilio(stub.url).status_of("SM" + "f" * 32) is None


def test_what_families_wrote_comes_in_oldest_first_with_its_pictures_counted(stub: Stub) -> None:
    line = twilio(stub.url)
    line.send(a_text())
    stub.texts.now = NOW - timedelta(days=1)
    stub.texts.comes_in(FAMILY, OURS, "of yesterday")
    stub.texts.now = NOW
    first = stub.texts.comes_in(FAMILY, OURS, "¿Cuándo es el examen?", pictures=2)
    stub.texts.now = NOW + timedelta(minutes=1)
    stub.texts.comes_in(FAMILY, OURS, "STOP")
    stub.texts.comes_in(FAMILY, "+13125550777", "to another number of the account")
    came = line.received_since(NOW - timedelta(minutes=5))
    assert [one.body for one in came] == ["¿Cuándo es el examen?", "STOP"]
    asked = came[0]
    assert (asked.provider, asked.provider_id, asked.channel) == ("twilio", first.sid, Channel.SMS)
    assert (asked.from_value, asked.to_value, asked.pictures, asked.received_at) == (FAMILY, OURS, 2, NOW)
    assert stub.asked[-1].form["To"] == OURS
    assert stub.asked[-1].form["DateSent>"] == (NOW - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_of_a_messaging_service_every_number_is_listened_to_and_no_other(stub: Stub) -> None:
    stub.texts.comes_in(FAMILY, "+13125550101", "ours", service=SERVICE)
    stub.texts.comes_in(FAMILY, "+13125550102", "another's", service="MG" + "f" * 32)
    line = twilio(stub.url, twilio_messaging_service_sid=SERVICE, twilio_from_number=None)
    assert [one.body for one in line.received_since(NOW - timedelta(minutes=5))] == ["ours"]


def test_questions_go_over_the_same_connection_as_texts(stub: Stub) -> None:
    line = twilio(stub.url)
    sid = line.send(a_text()).provider_id
    line.status_of(sid)
    line.sent_to(TO, NOW)
    assert len({asked.connection for asked in stub.asked}) == 1

"""The list of unknown senders: it pages by key, and as it shows whole texts, each look at it stands in the trail."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import AccountRole, AuditEvent, Channel, InboundMessage, InboundState
from outreach.delivery.inbound.inbox import PAGE_SIZE
from tests.web.conftest import Town
from tests.world import NOW


def came(town: Town, body: str, **values: object) -> InboundMessage:
    return town.world.add(
        InboundMessage(
            provider="sandbox", provider_id=f"in-{town.world.number()}", channel=Channel.SMS, body=body, raw={},
            from_value="+13125550199", to_value="+13125550100", read_at=NOW, **{"received_at": NOW, **values},
        )
    )  # fmt: skip


def test_which_messages_somebody_was_shown_is_one_line_of_the_trail(town: Town) -> None:
    shown = [came(town, words).id for words in ("Is practice on today?", "And tomorrow?")]
    town.commit()
    recorder = town.sign_in(AccountRole.RECORDER)
    assert "And tomorrow?" in recorder.get("/inbox").text
    recorder.get("/inbox?show=aside")
    read = select(AuditEvent).where(AuditEvent.subject_type == "inbound_message")
    (line,) = town.rows(read)
    assert (line.action, line.subject_id, line.granted_because) == ("read", None, "places messages")
    assert line.detail == {"list": "waiting", "ids": shown}


def listed(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'class="who act" href="/inbox/(\d+)"', page)]


def next_of(page: str) -> str:
    found = re.search(r'rel="next" href="([^"]+)"', page)
    assert found, "no further page"
    return found[1].replace("&amp;", "&")


def test_placing_one_message_skips_none_on_the_next_page(town: Town) -> None:
    ids = [came(town, f"Number {number}").id for number in range(PAGE_SIZE + 2)]
    town.commit()
    recorder = town.sign_in(AccountRole.RECORDER)
    first = recorder.get("/inbox").text
    assert listed(first) == ids[:PAGE_SIZE]
    for placed in (ids[0], ids[PAGE_SIZE - 1]):  # also the one by which the next page is asked for
        recorder.send(f"/inbox/{placed}/dismiss", why="A wrong number.")

    second = recorder.get(next_of(first)).text
    assert listed(second) == ids[PAGE_SIZE:]
    assert 'rel="next"' not in second
    assert 'rel="first" href="/inbox?show=waiting"' in second


@pytest.mark.parametrize(("show", "state"), [("waiting", InboundState.NEW), ("aside", InboundState.DISMISSED)])
def test_pages_hold_every_message_once_in_the_order_in_which_they_came(
    town: Town, show: str, state: InboundState
) -> None:  # fmt: skip
    """What came later is read later, whatever its id; what was set aside, the other way round."""
    made = [
        came(town, f"Number {number}", received_at=NOW - timedelta(minutes=number // 2), state=state)
        for number in range(PAGE_SIZE + 3)
    ]
    town.commit()
    by_time = [one.id for one in sorted(made, key=lambda one: (one.received_at, one.id))]
    recorder = town.sign_in(AccountRole.RECORDER)
    first = recorder.get(f"/inbox?show={show}").text
    second = recorder.get(next_of(first)).text

    assert listed(first) + listed(second) == (by_time if show == "waiting" else by_time[::-1])
    assert f"{PAGE_SIZE + 3} messages" in second


def test_a_page_whose_messages_all_have_their_place_by_now_leads_back_to_the_first(town: Town) -> None:
    waiting, last = came(town, "Is practice on today?"), came(town, "And tomorrow?")
    town.commit()
    page = town.sign_in(AccountRole.RECORDER).get(f"/inbox?after={last.id}").text

    assert listed(page) == []
    assert "What stood on this page has its place by now." in page
    assert 'href="/inbox?show=waiting"' in page
    assert waiting.id < last.id

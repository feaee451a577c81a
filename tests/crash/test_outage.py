"""An hour without the providers: messages wait, the breaker shows, nothing is lost; afterwards the rest goes out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from models import AccountRole, Message, MessageState, PauseKind, ProviderPause
from outreach import store
from outreach.app import create_app
from outreach.delivery.unknown import Became, settle_unknown
from outreach.language import said
from outreach.web.database import close
from tests.web.conftest import HASHED, PASSWORD, TOKEN
from tests.world import World

from . import ours
from .case import Freed
from .crew import Stub
from .district import MINUTE, District
from .homes import EAST, FRIDAY, LONG, MONDAY, SATURDAY, Home
from .journal import Manner
from .judge import judge


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(EAST)).astimezone(UTC)


BEGINS, OVER = at(FRIDAY, 14), at(FRIDAY, 15)


def afternoon() -> list[Home]:
    """Sixteen single messages, four families with four at once, and four messages that are for this afternoon only."""
    homes = [
        Home(number, EAST, "", f"+1312{2_000_000 + number}", f"reader{number}@example.org") for number in range(24)
    ]
    for number, home in enumerate(homes):
        channel = "email" if number % 2 else "sms"
        home.group = "single" if number < 16 else "crowd" if number < 20 else "afternoon"
        for _ in range(4 if home.group == "crowd" else 1):
            home.writes(channel, BEGINS, at(FRIDAY, 14, 40) if home.group == "afternoon" else LONG)
    return homes


@pytest.fixture
def district(engine: Engine, database_url: str, tmp_path: Path) -> District:
    return District(tmp_path, database_url, store.session_factory(engine), afternoon(), BEGINS)


@pytest.mark.slow
@pytest.mark.parametrize("manner", [Manner.FAULT, Manner.BUSY, Manner.CLOSE], ids=["503", "429", "closed"])
def test_after_an_hour_without_the_providers_everything_fresh_leaves(district: District, manner: Manner) -> None:
    stub = Stub(district.scene, seed=1, short=True)
    try:
        stub.behave(down=manner)
        district.work(at(FRIDAY, 14, 30))
        the_breaker_shows(district)
        few_were_tried(district)
        district.work(OVER)
        waits_or_is_stale(district)
        stub.behave(kind=True)
        the_rest_goes_out(district)
    finally:
        stub.stop()


@pytest.mark.slow
def test_an_hour_in_which_nobody_listens_uses_up_no_message(district: District) -> None:
    district.work(at(FRIDAY, 14, 30))
    the_breaker_shows(district)
    district.work(OVER)
    waits_or_is_stale(district)
    stub = Stub(district.scene, seed=1, short=True)
    try:
        stub.behave(kind=True)
        the_rest_goes_out(district)
    finally:
        stub.stop()


def the_breaker_shows(district: District) -> None:
    """Both providers are paused by their errors, and an administrator reads so."""
    with district.sessions() as session:
        pauses = session.scalars(select(ProviderPause).order_by(ProviderPause.provider)).all()
    assert [(pause.provider, pause.kind) for pause in pauses] == [
        ("sendgrid", PauseKind.ERRORS), ("twilio", PauseKind.ERRORS),
    ]  # fmt: skip
    page = administrator_reads(district, "/admin/delivery")
    for pause in pauses:
        assert escape(said(pause.why)) in page
    assert "Twilio failed" in page
    assert "SendGrid failed" in page


def administrator_reads(district: District, address: str) -> str:
    with district.sessions.begin() as session:
        people = World(session)
        head = people.staff()
        account = people.account(head, AccountRole.DISTRICT_ADMINISTRATOR, email="head@example.org", password=HASHED)
        email = account.email
    app = create_app(district.settings, clock=district.board.now)
    try:
        client = app.test_client()
        token = TOKEN.search(client.get("/login").text)
        assert token
        form = {"email": email, "password": PASSWORD, "csrf_token": token[1]}
        assert client.post("/login", data=form).status_code == 302
        page = client.get(address)
        assert page.status_code == 200
        return page.text
    finally:
        close(app)


def few_were_tried(district: District) -> None:
    """An outage is tried out by a few messages, not by all of them again and again."""
    by_channel = [call.channel for call in district.calls()]
    assert 10 <= by_channel.count("sms") <= 30
    assert 10 <= by_channel.count("email") <= 30


def waits_or_is_stale(district: District) -> None:
    """Nothing has left, and nothing is lost: it waits, or nobody can tell yet; what was for that hour only is stale."""
    messages = district.messages()
    assert not [call for call in district.calls() if call.taken]
    unclear = {tag for tag, message in messages.items() if message.state is MessageState.UNKNOWN}
    stale = district.tags("afternoon") - unclear
    assert stale
    assert {tag for tag, message in messages.items() if message.state is MessageState.EXPIRED} == stale
    assert all("stale" in said(messages[tag].state_reason) for tag in stale)
    waiting = messages.keys() - stale - unclear
    assert {messages[tag].state for tag in waiting} == {MessageState.SCHEDULED}


def the_rest_goes_out(district: District) -> None:
    """By the provider's journal: all that was fresh has left once, inside windows and caps."""
    district.work(at(FRIDAY, 17))
    for moment in (at(FRIDAY, 19), at(SATURDAY, 15), at(SATURDAY, 19)):
        district.board.set_clock(moment)
        district.work(moment + MINUTE, MINUTE)
    nobody_can_tell(district)
    for moment in (at(MONDAY, 9), at(MONDAY, 9, 15), at(MONDAY, 10)):
        district.board.set_clock(moment)
        district.work(moment + MINUTE, MINUTE)
    found = judge(district.case(district.board.now()))
    assert not any(lines for name, lines in found.items() if name != "told otherwise by our tables"), found
    taken = {call.tag for call in district.calls() if call.taken}
    assert district.tags("single") <= taken
    assert len(district.tags("crowd") & taken) == 3 * 4, "three of four to each family, the fourth waits for its week"
    afternoon = district.tags("afternoon")
    assert not afternoon & taken
    messages = district.messages()
    assert {messages[tag].state for tag in afternoon} == {MessageState.EXPIRED}
    assert all(messages[tag].state_reason for tag in afternoon)


def nobody_can_tell(district: District) -> None:
    """E-mails whose call was cut off are a person's to decide after a day: they are not at SendGrid, and go anew."""
    with district.sessions.begin() as session:
        asked = session.scalars(select(Message).where(Message.person_asked_at.is_not(None))).all()
        assert len(asked) <= 30
        for message in asked:
            attempt_id = message.attempt_id or ""
            district.freed.append(Freed(ours.name_of(message), district.board.now()))
            settle_unknown(session, None, message.id, attempt_id, Became.SEND_AGAIN, district.board.now())

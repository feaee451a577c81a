"""No page of any role says a word that the catalogues do not know.

The pages of a made-up district are read in a language in which every sentence stands in ⟦brackets⟧, and so do days,
hours, and names of languages. What is left outside brackets must be what somebody or some other system wrote: it must
stand in the database, or be marked as being in a language of its own, as the words of messages to families are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import available_timezones

import pytest
from babel.support import NullTranslations
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import String, Text, select, update
from sqlalchemy.orm import Session

from config.settings import Settings
from jobs import nightly
from models import Account, AccountRole, Base
from outreach import store
from outreach.app import create_app
from outreach.cli.demo_sign_ins import SignIn, sign_ins
from outreach.generate import generate
from outreach.language import LANGUAGES, dates, names, sentences
from outreach.language.catalogs import LOCALES
from outreach.web import language as spoken_by_pages
from outreach.web.database import close
from tests.every_page import Answer, pages

MORNING = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
OPEN, CLOSE = "⟦", "⟧"
SPOKEN = "es"
PIECE = re.compile(r"[^\W_]+")
WORD = re.compile(r"[^\W\d_]{2,}")
SAID_ALOUD = ("aria-label", "title", "placeholder", "alt")
OURS = {"Outreach", "USD", *LANGUAGES.values(), *available_timezones()}
"""Names that are the same in every language."""
SHORT = 60
"""A value of the database up to this length may stand inside a longer text, as a name does."""


class Marked(NullTranslations):
    """Each sentence as it is, in brackets."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, singular: str, plural: str, num: int) -> str:
        return self.ngettext(singular, plural, num)

    ugettext, ungettext, upgettext, unpgettext = gettext, ngettext, pgettext, npgettext


class Words(HTMLParser):
    """What a page says outside brackets, to the eye and to the ear.

    A sentence may hold emphasis or a link: brackets open in one piece of text and close in another. What a page marks
    with a language of its own, as code or as not to be translated is a quotation.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.outside: list[str] = []
        self._silent = self._depth = self._quoted = 0
        self._quotation = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        given = dict(attrs)
        told = tag != "html" and "lang" in given
        if not self._quoted and (told or tag == "code" or given.get("translate") == "no"):
            self._quotation = tag
        self._quoted += tag == self._quotation
        for name, value in attrs:
            if name in SAID_ALOUD and value:
                self._keep(value, 0)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")
        self._quoted -= self._quoted > 0 and tag == self._quotation
        if not self._quoted:
            self._quotation = ""

    def handle_data(self, data: str) -> None:
        if not (self._silent or self._quoted):
            self._depth = self._keep(" ".join(data.split()), self._depth)

    def _keep(self, said: str, depth: int) -> int:
        """Keep what stands outside brackets; how deep inside them the text ends."""
        outside = ""
        for letter in said:
            depth -= letter == CLOSE
            outside += letter if depth == 0 and letter not in (OPEN, CLOSE) else " "
            depth += letter == OPEN
        if outside.strip():
            self.outside.append(" ".join(outside.split()))
        return depth


@dataclass
class Stored:
    """What stands in the database, to be told from what pages say by themselves."""

    short: set[tuple[str, ...]]
    """Each as its pieces between blanks and signs."""
    long: str
    """All of it, a value a line."""

    def left_of(self, said: str) -> list[str]:
        """The words of ``said`` that do not come out of the database."""
        bare = said.strip(" “”«»\"'.…·,:;()–-")
        if bare and bare in self.long:
            return []
        pieces, left, longest = PIECE.findall(said), [], max(map(len, self.short))
        while pieces:
            known = next((n for n in range(min(longest, len(pieces)), 0, -1) if tuple(pieces[:n]) in self.short), 0)
            if not known and WORD.fullmatch(pieces[0]):
                left.append(pieces[0])
            pieces = pieces[known or 1 :]
        return left


@dataclass
class Town:
    app: Flask
    url: str
    people: dict[AccountRole, SignIn]

    def sign_in(self, role: AccountRole) -> FlaskClient:
        client, person = self.app.test_client(), self.people[role]
        token = TOKEN.search(client.get("/login").text)
        assert token
        form = {"email": person.email, "password": person.password, "csrf_token": token[1]}
        assert client.post("/login", data=form).status_code == 302
        return client


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, blank_sqlite: Path) -> Iterator[Town]:
    path = tmp_path_factory.mktemp("marked") / "district.sqlite"
    path.write_bytes(blank_sqlite.read_bytes())
    settings = Settings(database_url=f"sqlite:///{path}", secret_key=SecretStr("k" * 40))
    app = create_app(settings, clock=lambda: MORNING)

    def render(template: str, /, **values: object) -> str:
        with app.app_context():
            return app.jinja_env.get_template(template).render(**values)

    engine = store.connect(settings.database_url)
    sessions = store.session_factory(engine)
    with sessions.begin() as session:
        generate(session, 60, 7, MORNING.date())
    nightly.run(sessions, render, MORNING, link="http://127.0.0.1:8000", worker="here")
    with sessions.begin() as session:
        people = {one.role: one for one in sign_ins(session, "k" * 40, MORNING)}
        session.execute(update(Account).values(language=SPOKEN))
    engine.dispose()
    yield Town(app, settings.database_url, people)
    close(app)


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speak in brackets."""
    monkeypatch.setattr(sentences, "translations", lambda _tag: Marked())
    monkeypatch.setattr(spoken_by_pages, "translations", lambda _tag: Marked())
    for place, name in ((dates, "format_date"), (dates, "format_time"), (names, "get_timezone_name")):
        as_it_is = getattr(place, name)

        def in_brackets(*given: object, _as: Callable[..., str] = as_it_is, **more: object) -> str:
            return f"{OPEN}{_as(*given, **(more | {'locale': 'es_US'}))}{CLOSE}"

        monkeypatch.setattr(place, name, in_brackets)
    bracketed = {tag: f"{OPEN}{name}{CLOSE}" for tag, name in LOCALES["es"].languages.items()}
    monkeypatch.setattr(names, "LOCALES", {"es": SimpleNamespace(languages=bracketed)})


def stored(url: str) -> Stored:
    values: set[str] = set()
    engine = store.connect(url)
    with Session(engine) as session:
        for table in Base.metadata.sorted_tables:
            if columns := [column for column in table.columns if type(column.type) in (String, Text)]:
                values.update(str(value) for row in session.execute(select(*columns)) for value in row if value)
    engine.dispose()
    short = {tuple(PIECE.findall(value)) for value in {*values, *OURS} if len(value) <= SHORT}
    return Stored(short - {()}, "\n".join(" ".join(value.split()) for value in values))


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("role", list(AccountRole))
def test_no_page_says_what_cannot_be_said_in_another_language(town: Town, role: AccountRole) -> None:
    client, known = town.sign_in(role), stored(town.url)

    def get(address: str) -> Answer:
        answer = client.get(address)
        return Answer(answer.status_code, answer.content_type, answer.text if answer.mimetype == "text/html" else "")

    untranslated = {
        said: address for address, page in pages(get) for said in Words(page).outside if known.left_of(said)
    }  # fmt: skip
    assert untranslated == {}

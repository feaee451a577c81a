"""A real application over a real database, its clock at ``NOW``, and people who are signed in to it."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask
from flask import session as cookie
from flask.testing import FlaskClient
from flask_login import login_user
from pydantic import SecretStr
from sqlalchemy import Select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config.settings import Settings
from models import Account, AccountRole, Family, School, Staff, StaffRole, Student
from outreach import store
from outreach.access import hash_password
from tests.conftest import SERVER_ADDRESS, on_server
from tests.kept import kept_app, kept_engine
from tests.world import NOW, World

Row = TypeVar("Row")
PASSWORD = "nine ducks in a row"
HASHED = hash_password(PASSWORD)
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
STAFF_ROLE = {
    AccountRole.TEACHER: StaffRole.TEACHER,
    AccountRole.COUNSELOR: StaffRole.COUNSELOR,
    AccountRole.ADMINISTRATOR: StaffRole.ADMINISTRATOR,
    AccountRole.RECORDER: StaffRole.FRONT_OFFICE,
    AccountRole.DISTRICT_ADMINISTRATOR: StaffRole.DISTRICT,
}


@dataclass
class Person:
    """Somebody at a browser: gets pages and sends their forms, CSRF token and all."""

    client: FlaskClient
    staff_id: int
    last: TestResponse | None = None
    token: str | None = None
    """Of the forms of this session, once one has been seen on the account page."""

    def get(self, address: str, **options: object) -> TestResponse:
        self.last = self.client.get(address, **options)
        return self.last

    def send(self, address: str, page: str | None = None, **fields: object) -> TestResponse:
        """POST ``fields`` with the token of ``page`` (default: the account page, which everybody has)."""
        token = self._token_on(page) if page else self._token()
        data = {"csrf_token": token, **{name: value for name, value in fields.items() if value is not None}}
        self.last = self.client.post(address, data=data)
        return self.last

    def _token_on(self, page: str) -> str:
        token = TOKEN.search(self.client.get(page).text)
        assert token, f"no form on {page}"
        return token[1]

    def _token(self) -> str:
        self.token = self.token or self._token_on("/account")
        return self.token

    def follow(self) -> TestResponse:
        assert self.last is not None
        assert self.last.status_code == 303, self.last.text
        return self.get(self.last.headers["Location"])


@dataclass
class Town:
    """One school with a family whom the teacher teaches, another that nobody here teaches, and one sign-in a role."""

    app: Flask
    session: Session
    world: World
    school: School
    maya: Student
    delgado: Family
    stranger: Family
    teacher: Staff
    accounts: dict[AccountRole, Account] = field(default_factory=dict)
    staff: dict[AccountRole, int] = field(default_factory=dict)

    @property
    def emails(self) -> dict[AccountRole, str]:
        """With what each role signs in."""
        return {role: f"{role.value}@example.org" for role in AccountRole}

    def visitor(self) -> FlaskClient:
        return self.app.test_client()

    def sign_in(self, role: AccountRole = AccountRole.TEACHER) -> Person:
        """Somebody who has signed in already. It takes the page that asks for a password, and a quarter of a second in
        which to check one, off every test that is about something else; ``test_sign_in.py`` is about the page."""
        client = self.visitor()
        with self.app.test_request_context(environ_base=client.environ_base):
            login_user(self.accounts[role])
            signed_in = dict(cookie)
        with client.session_transaction() as kept:
            kept.update(signed_in, fs_cc="set", fs_paa=time.time())
        return Person(client, self.staff[role])

    def sign_in_by_the_page(self, role: AccountRole = AccountRole.TEACHER) -> Person:
        client = self.visitor()
        token = TOKEN.search(client.get("/login").text)
        assert token
        form = {"email": self.accounts[role].email, "password": PASSWORD, "csrf_token": token[1]}
        assert client.post("/login", data=form).status_code == 302
        return Person(client, self.staff[role])

    def commit(self) -> None:
        self.session.commit()

    def rows(self, statement: Select[Row]) -> list[Row]:
        """What the database holds now, read by a session of its own that lets go at once."""
        with Session(self.session.get_bind(), expire_on_commit=False) as fresh:
            return list(fresh.scalars(statement))


@dataclass(frozen=True)
class Ids:
    """Of the rows of a town, the same in each copy of its database."""

    school: int
    maya: int
    delgado: int
    stranger: int
    teacher: int
    accounts: dict[AccountRole, int]
    staff: dict[AccountRole, int]
    next_number: int

    @classmethod
    def of(cls, town: Town) -> Ids:
        accounts = {role: account.id for role, account in town.accounts.items()}
        return cls(
            town.school.id, town.maya.id, town.delgado.id, town.stranger.id, town.teacher.id, accounts,
            dict(town.staff), town.world.number(),
        )  # fmt: skip

    def town(self, session: Session, database_url: str) -> Town:
        accounts = {role: session.get_one(Account, id_) for role, id_ in self.accounts.items()}
        return Town(
            app_over(database_url), session, World(session, self.next_number), session.get_one(School, self.school),
            session.get_one(Student, self.maya), session.get_one(Family, self.delgado),
            session.get_one(Family, self.stranger), session.get_one(Staff, self.teacher), accounts, dict(self.staff),
        )  # fmt: skip


_kept_ids: dict[str, Ids] = {}
"""By kind of database, of this process's template."""


def _template(kind: str, url: str) -> None:
    engine = store.connect(url)
    with store.session_factory(engine)() as session:
        made = build(session, url)
        session.commit()
        _kept_ids[kind] = Ids.of(made)
    engine.dispose()


@pytest.fixture(scope="session")
def town_sqlite(blank_sqlite: Path) -> Path:
    """A database with the rows of :class:`Town`, to copy from. Made once, also where several modules ask for it."""
    path = blank_sqlite.with_name("town.sqlite")
    if "sqlite" not in _kept_ids:
        shutil.copy(blank_sqlite, path)
        _template("sqlite", f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def town_postgresql(postgresql_folder: Path, blank_postgresql: str, worker_id: str) -> str:
    name = f"town_{worker_id}"
    if "postgresql" not in _kept_ids:
        on_server(postgresql_folder, f"CREATE DATABASE {name} TEMPLATE {blank_postgresql} STRATEGY FILE_COPY")
        _template("postgresql", SERVER_ADDRESS.format(database=name, folder=postgresql_folder))
    return name


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with store.session_factory(kept_engine(database_url))() as session:
        made = _kept_ids["sqlite" if database_url.startswith("sqlite") else "postgresql"].town(session, database_url)
        session.commit()
        yield made
        session.rollback()


def app_over(database_url: str) -> Flask:
    return kept_app(Settings(database_url=database_url, secret_key=SecretStr("k" * 40)))


def build(session: Session, database_url: str) -> Town:
    world = World(session)
    world.district(consent_basis="Families agreed on the enrollment form.", consent_basis_at=NOW)
    school, elsewhere = world.school(name="Lakeside High"), world.school(name="Hillside High")
    maya = world.student(school)
    rosa = world.guardian(maya, language="es", best_time="after 5 pm")
    world.phone(rosa)
    world.email(rosa)
    other = world.student(elsewhere, given_name="Noah", family_name="Hartley")
    world.guardian(other, given_name="Ann", family_name="Hartley")
    teacher = world.staff(school)
    world.teaches(teacher, world.section(school), maya)
    town = Town(
        app_over(database_url), session, world, school, maya, world.family(maya), world.family(other), teacher
    )  # fmt: skip
    for role in AccountRole:
        person = teacher if role is AccountRole.TEACHER else world.staff(school, role=STAFF_ROLE[role])
        town.accounts[role] = world.account(person, role, email=f"{role.value}@example.org", password=HASHED)
        town.staff[role] = person.id
    return town

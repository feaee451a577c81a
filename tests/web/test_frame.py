"""What holds of every page: headers, addresses of files, icons, words of refusal, and no fault for any role."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import templates
from models import AccountRole
from outreach.app import create_app
from outreach.web.database import close
from outreach.web.icons import ICONS, UnknownIcon, icon, icon_sheet
from outreach.web.static_files import FOREVER
from tests.conftest import ON_BOTH
from tests.every_page import Answer, pages
from tests.web.conftest import Person, Town
from tests.world import NOW

ICON_CALL = re.compile(r"icon\('([a-z0-9-]+)'")


class Held(HTMLParser):
    """What on a page would break its policy."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.posts_without_token = 0
        self._form_has_token: bool | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "style" in given or any(name.startswith("on") for name in given):
            self.inline.append(f"{tag} {given}")
        if tag in ("script", "style") and "src" not in given and "nonce" not in given:
            self.inline.append(tag)
        if tag == "form":
            self._form_has_token = given.get("method", "get") != "post"
        if tag == "input" and given.get("name") == "csrf_token":
            self._form_has_token = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.posts_without_token += self._form_has_token is False
            self._form_has_token = None


def furnish(town: Town) -> None:
    """Something on every list."""
    rosa = town.world.guardian(town.maya, given_name="Luis", language="en")
    town.world.contact(town.maya, staff_id=town.teacher.id, guardian_id=rosa.id, summary="Spoke about the test.")
    town.world.request(town.delgado, town.school, owner_staff_id=town.teacher.id, guardian_id=rosa.id)
    town.world.mark(town.maya, 58)
    town.commit()


def looked_through(person: Person) -> int:
    """How many pages ``person`` comes to by links, one of each kind: none breaks or refuses, and each keeps to the
    policy of what a page may hold."""
    count = 0

    def get(address: str) -> Answer:
        answer = person.get(address)
        return Answer(answer.status_code, answer.mimetype or "", answer.text if answer.mimetype == "text/html" else "")

    for address, page in pages(get):
        found = Held(page)
        assert not found.inline, (address, found.inline)
        assert not found.posts_without_token, address
        count += 1
    return count


@ON_BOTH
@pytest.mark.parametrize("role", list(AccountRole))
def test_every_page_that_a_role_comes_to_shows_itself(town: Town, role: AccountRole) -> None:
    furnish(town)
    assert looked_through(town.sign_in(role)) > 5


@pytest.mark.parametrize("role", list(AccountRole))
@pytest.mark.databases("sqlite")
def test_so_does_every_page_where_nothing_is_there_yet(town: Town, role: AccountRole) -> None:
    assert looked_through(town.sign_in(role)) > 5


@pytest.mark.parametrize("role", list(AccountRole))
@pytest.mark.databases("sqlite")
def test_every_page_refuses_or_shows_itself_to_every_role_and_never_breaks(town: Town, role: AccountRole) -> None:
    person = town.sign_in(role)
    for rule in town.app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint.startswith("static_files."):
            continue
        numbers = {name: town.delgado.id if name == "family_id" else 1 for name in rule.arguments}
        address = re.sub(r"<(?:\w+:)?(\w+)>", "{\\1}", rule.rule).format(**numbers)
        assert person.get(address).status_code < 500, address


def test_a_page_may_load_nothing_from_elsewhere_and_run_nothing_without_its_nonce(town: Town) -> None:
    teacher = town.sign_in()
    first, second = teacher.get("/families"), teacher.get("/families")
    policies = [answer.headers["Content-Security-Policy"] for answer in (first, second)]

    assert "default-src 'none'" in policies[0]
    assert "unsafe" not in policies[0]
    nonces = [re.search(r"'nonce-([^']+)'", policy) for policy in policies]
    assert nonces[0] is not None
    assert nonces[1] is not None
    assert nonces[0][1] != nonces[1][1]
    assert f'nonce="{nonces[0][1]}"' in first.text
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["X-Frame-Options"] == "DENY"
    assert first.headers["Referrer-Policy"] == "same-origin"
    assert first.headers["Cache-Control"] == "no-store"
    for address in re.findall(r'(?:src|href)="([^"#]+)"', first.text):
        assert urlsplit(address).netloc == "", address


def test_files_stand_under_the_digest_of_their_content_for_good(town: Town) -> None:
    client = town.visitor()
    page = client.get("/login").text
    files = sorted(set(re.findall(r"/assets/[0-9a-f]{16}/[\w.]+", page)))

    assert {address.rsplit("/", 1)[1] for address in files} >= {"bootstrap.css", "theme.css", "htmx.js", "outreach.js"}
    for address in files:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["Cache-Control"] == FOREVER
    assert client.get(re.sub(r"/[0-9a-f]{16}/", "/0123456789abcdef/", files[0])).status_code == 404
    packed = client.get(files[0], headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data)


def test_the_pages_ask_for_no_icon_that_was_not_cut_and_none_is_cut_in_vain(town: Town) -> None:
    folder = Path(templates.__file__).parent
    asked = {name for file in folder.rglob("*.html") for name in re.findall(r"icon\('([a-z0-9-]+)'", file.read_text())}
    words = {name for file in folder.rglob("*.html") for name in re.findall(r"'([a-z0-9-]+)'", file.read_text())}
    in_code = (Path(town.app.root_path) / "web" / "words.py").read_text()
    spoken = {name for name in ICONS if f'"{name}"' in in_code} | (words & ICONS)

    assert asked <= ICONS
    assert ICONS - asked - spoken == set()
    assert len(icon_sheet()) < 30_000
    with town.app.app_context(), pytest.raises(UnknownIcon):
        icon("emoji-laughing")


def test_a_refusal_is_a_page_in_our_look(town: Town) -> None:
    teacher = town.sign_in()
    missing, forbidden = teacher.get("/no/such/page"), teacher.get("/admin")

    assert missing.status_code == 404
    assert "Nothing here" in missing.text
    assert forbidden.status_code == 403
    assert "Your role does not include this" in forbidden.text
    assert "theme.css" in missing.text


def test_a_fault_of_ours_says_so_and_tells_nothing_else(town: Town) -> None:
    def broken() -> str:
        raise RuntimeError("secret of the house")

    app = create_app(town.app.config["OUTREACH_SETTINGS"], clock=lambda: NOW)
    app.add_url_rule("/broken", "broken", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = replace(town, app=app).visitor().get("/broken")
    close(app)

    assert answer.status_code == 500
    assert "The fault is ours" in answer.text
    assert "secret of the house" not in answer.text


def test_a_form_without_our_token_changes_nothing(town: Town) -> None:
    teacher = town.sign_in()
    answer = teacher.client.post("/contacts/new", data={"family_id": town.delgado.id})

    assert answer.status_code == 400
    assert "open for too long" in answer.text


def test_a_made_up_district_says_so_on_every_page(town: Town) -> None:
    town.world.district().made_up = True
    town.commit()

    assert "Made-up district" in town.visitor().get("/login").text
    assert "Made-up district" in town.sign_in().get("/families").text
    assert "Made-up district" in town.visitor().get("/no/such/page").text


def test_an_administrator_reads_on_every_page_that_the_roster_is_old(town: Town) -> None:
    administrator, teacher = town.sign_in(AccountRole.ADMINISTRATOR), town.sign_in()
    assert "No roster has been imported yet" in administrator.get("/families").text
    town.world.district().roster_as_of = NOW.replace(day=18)
    town.commit()

    assert "The roster is 6 days old" in administrator.get("/families").text
    assert "roster is" not in teacher.get("/families").text


def test_alive_and_ready(town: Town) -> None:
    assert town.visitor().get("/healthz").get_json() == {"status": "ok"}
    assert town.visitor().get("/readyz").get_json() == {"status": "ok"}


def test_pages_are_dark_or_light_as_chosen(town: Town) -> None:
    teacher = town.sign_in()
    teacher.send("/account", look="dark", digest="yes", digest_hour="8")

    assert 'data-bs-theme="dark"' in teacher.get("/families").text


def test_where_no_script_runs_a_dark_device_has_the_dark_values_of_the_same_sheets(town: Town) -> None:
    teacher = town.sign_in()
    page = teacher.get("/families").text
    link = re.search(
        r'<noscript><link rel="stylesheet" href="([^"]+)" media="\(prefers-color-scheme: dark\)"></noscript>', page
    )
    assert link
    dark = teacher.get(link[1]).text
    theme = teacher.get(re.findall(r'href="([^"]+theme\.css)"', page)[0]).text
    values = theme.split('[data-bs-theme="dark"] {')[1].split("}")[0]

    assert f"[data-bs-theme=light] {{{values}}}" in dark
    assert "theme=dark" not in dark
    assert 'theme="dark"' not in dark
    teacher.send("/account", look="light", digest="yes", digest_hour="8")
    assert "dark.css" not in teacher.get("/families").text


DOCKS = {
    AccountRole.TEACHER: ["Today", "Log", "Waiting 0"],
    AccountRole.COUNSELOR: ["Queue", "Families", "Log", "Waiting 0", "Plan"],
    AccountRole.ADMINISTRATOR: ["Queue", "Families", "Log", "Waiting 0", "Plan"],
    AccountRole.RECORDER: ["Today", "Families", "Log", "Waiting 0"],
}


@pytest.mark.parametrize("role", DOCKS)
def test_the_dock_holds_what_a_role_works_with_and_every_place_opens(town: Town, role: AccountRole) -> None:
    person = town.sign_in(role)
    dock = person.get("/").text.split('<div class="dock">')[1]
    links = re.findall(r'<a class="btn[^"]*" href="([^"]+)"[^>]*>.*?</svg> ([^<]+)</a>', dock)

    assert [words for _address, words in links] == DOCKS[role]
    assert {person.get(address).status_code for address, _words in links} == {200}


def test_the_dock_of_a_family_logs_with_that_family(town: Town) -> None:
    page = town.sign_in(AccountRole.COUNSELOR).get(f"/families/{town.delgado.id}").text
    assert f'href="/contacts/new?family={town.delgado.id}"' in page.split('<div class="dock">')[1]

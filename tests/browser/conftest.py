"""The whole system as a stranger starts it: `outreach demo` in an empty folder, and a real browser in front of it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect, sync_playwright

REPOSITORY = Path(__file__).parent.parent.parent
CHROMIUM = (
    os.environ.get("OUTREACH_CHROMIUM")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
    or "/usr/bin/chromium"
)
"""Debian's; the shell is the same engine without the windows around it, and asks two thirds of the time a page."""
SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
AT_A_DESK = pytest.mark.parametrize("size", ["desk"], indirect=True)
"""For what is done by keyboard alone."""
ON_A_PHONE = pytest.mark.parametrize("size", ["phone"], indirect=True)
"""For what is done where the network is lost, or where scripts do not run: what is small there is laid out by styles
alone, as at a desk."""
WITH_AND_WITHOUT_SCRIPTS = [("desk", True), ("phone", True), ("phone", False)]
PATIENCE_MS = 60_000
expect.set_options(timeout=20_000)  # five seconds, as shipped, are few on a machine that runs other tests too
NOT_OURS = ("OUTREACH_", "TWILIO", "SENDGRID")


@dataclass(frozen=True)
class Demo:
    address: str
    sign_ins: dict[str, dict[str, str]]
    database_url: str
    """For what comes from outside (``tests.browser.outside``)."""
    ahead: timedelta
    """How far its clock runs ahead of ours."""
    folder: Path
    """Where it runs, and keeps what is this machine's own."""


@dataclass
class Visitor:
    """Somebody signed in, at one page."""

    page: Page
    demo: Demo

    def go(self, path: str) -> Page:
        answer = self.page.goto(self.demo.address + path)
        assert answer is not None
        assert answer.status < 400, (path, answer.status)
        return self.page


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-c", "from outreach.cli import main; main()", "demo", "--reset", "--json"]
    database_url = f"sqlite:///{folder / 'demo.sqlite'}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)},
        "OUTREACH_DATABASE_URL": database_url, "PYTHONPATH": str(REPOSITORY),
    }  # fmt: skip
    with (folder / "errors.txt").open("wb") as errors:
        started = subprocess.Popen(
            [*command, "--families", "120", "--port", str(_free_port())],
            cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        try:
            assert started.stdout is not None
            line = started.stdout.readline()
            assert line, (folder / "errors.txt").read_text()
            told = json.loads(line)
            assert "address" in told, told
            yield Demo(
                told["address"].rstrip("/"), {one["role"]: one for one in told["sign_ins"]}, database_url,
                timedelta(seconds=told["seconds_ahead"]), folder,
            )  # fmt: skip
        finally:
            started.terminate()
            started.wait(timeout=60)
            if started.stdout is not None:
                started.stdout.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its module: while Playwright is open its event loop counts as running in this thread, and Flask's
    own teardown in other tests refuses that."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def kept_sign_ins() -> dict[str, StorageState]:
    """By role, the cookies of whoever has signed in during this run."""
    return {}


class SignIn:
    """Opens a browser window of the test's size for one role after another.

    Each role signs in by the form once a run and is recognised by its cookies from then on: nobody else would sign in
    twenty times in a quarter of an hour either, and the limit on tries holds here too.
    """

    def __init__(self, browser: Browser, demo: Demo, size: str, kept: dict[str, StorageState]) -> None:
        self._browser, self._demo, self._size, self._kept = browser, demo, size, kept
        self._open: list[BrowserContext] = []
        self.complaints: list[str] = []

    def __call__(self, role: str, *, scripts: bool = True) -> Visitor:
        if role not in self._kept:
            self._kept[role] = self.by_form(role, scripts=scripts).page.context.storage_state()
        page = self._window(scripts, self._kept[role])
        page.goto(self._demo.address + "/")
        self._arrived(page)
        return Visitor(page, self._demo)

    def by_form(self, role: str, *, scripts: bool = True) -> Visitor:
        page, person = self._window(scripts), self._demo.sign_ins[role]
        page.goto(self._demo.address + "/login")
        page.get_by_label("E-mail").fill(person["email"])
        page.get_by_label("Password").fill(person["password"])
        page.get_by_role("button", name="Sign in").click()
        self._arrived(page)
        return Visitor(page, self._demo)

    def _window(self, scripts: bool, cookies: StorageState | None = None) -> Page:
        size = SIZES[self._size]
        context = self._browser.new_context(
            viewport={"width": size["width"], "height": size["height"]}, java_script_enabled=scripts,
            storage_state=cookies,
        )  # fmt: skip
        self._open.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _arrived(self, page: Page) -> None:
        """On today's page: a sign-in that was refused stays at the form."""
        expect(page).to_have_url(self._demo.address + "/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()

    def close(self) -> None:
        for context in self._open:
            context.close()


@pytest.fixture
def sign_in(
    browser: Browser, demo: Demo, size: str, kept_sign_ins: dict[str, StorageState]
) -> Iterator[SignIn]:  # fmt: skip
    made = SignIn(browser, demo, size, kept_sign_ins)
    yield made
    made.close()
    assert made.complaints == []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

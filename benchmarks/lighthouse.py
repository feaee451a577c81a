"""Lighthouse on the pages that people open most, on a phone as its mobile preset has it, against the demonstration.

    python -m benchmarks.lighthouse [--runs 5] [--families 120] [--only today,log]

Prints the median of each score and fails below performance 0.95, accessibility 1.0 and best practices 0.95. Node's
``npx`` fetches the one pinned version; Chromium is the system's (``OUTREACH_CHROMIUM``).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import BrowserContext, sync_playwright
from rich.console import Console

VERSION = "12.8.2"
"""The last one that runs on Node 18 and 20."""
TRIES, NOT_MEASURED = 3, ("NO_NAVSTART", "NO_TRACING_STARTED")
"""A run in which Chromium recorded nothing has no scores; it is made again, and said."""
LEAST = {"performance": 0.95, "accessibility": 1.0, "best-practices": 0.95}
CHROMIUM = os.environ.get("OUTREACH_CHROMIUM", "/usr/bin/chromium")
FLAGS = "--headless=new --no-sandbox --disable-dev-shm-usage"
REPOSITORY = Path(__file__).parent.parent
FIRST_FAMILY = re.compile(r'href="(/families/\d+)"')
ROLE_OF_PAGE = {"today": "teacher", "log": "teacher", "family": "teacher", "queue": "counselor", "plan": "teacher"}


@dataclass(frozen=True, slots=True)
class Visit:
    page: str
    address: str
    cookie: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--families", type=int, default=120)
    parser.add_argument("--only", default=",".join(ROLE_OF_PAGE), help="pages, with commas between them")
    given, console = parser.parse_args(), Console(stderr=True)
    wanted, short = given.only.split(","), False
    with (
        TemporaryDirectory(prefix="outreach-lighthouse-") as folder,
        demonstration(Path(folder), given.families) as told,
    ):
        for visit in visits(told, wanted):
            runs = [scores(visit, Path(folder) / "report.json") for _ in range(given.runs)]
            middle = {name: median(run[name] for run in runs) for name in LEAST}
            short |= any(middle[name] < least for name, least in LEAST.items())
            said = ", ".join(f"{name} {value:.2f}" for name, value in middle.items())
            console.print(f"{visit.page}: {said} (median of {given.runs})")
            sys.stdout.write(json.dumps({"page": visit.page, **middle, "runs": runs}) + "\n")
    sys.exit(1 if short else 0)


@contextmanager
def demonstration(folder: Path, families: int) -> Iterator[dict[str, object]]:
    """``outreach demo`` in a folder of its own; what it tells of itself."""
    command = [sys.executable, "-c", "from outreach.cli import main; main()", "demo", "--reset", "--json"]
    environment = {
        **os.environ, "OUTREACH_DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite'}", "PYTHONPATH": str(REPOSITORY),
    }  # fmt: skip
    started = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--families", str(families), "--port", str(free_port())],
        cwd=folder, env=environment, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert started.stdout is not None
        yield json.loads(started.stdout.readline())
    finally:
        started.terminate()
        started.wait(timeout=60)


def visits(told: Mapping[str, object], wanted: Sequence[str]) -> list[Visit]:
    """The address of each wanted page, with the cookie of whoever looks at it."""
    host, sign_ins = str(told["address"]).rstrip("/"), told["sign_ins"]
    assert isinstance(sign_ins, list)
    by_role = {one["role"]: one for one in sign_ins}
    found: list[Visit] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        for role in dict.fromkeys(ROLE_OF_PAGE[page] for page in wanted):
            window = browser.new_context()
            cookie = signed_in(window, host, by_role[role])
            family = FIRST_FAMILY.search(window.request.get(f"{host}/families").text())
            assert family, "no family to look at"
            paths = {
                "today": "/", "log": f"/contacts/new?family={family[1].rsplit('/', 1)[1]}", "family": family[1],
                "queue": "/queue", "plan": "/plan",
            }  # fmt: skip
            found += [Visit(page, host + paths[page], cookie) for page in wanted if ROLE_OF_PAGE[page] == role]
        browser.close()
    return found


def signed_in(window: BrowserContext, host: str, person: Mapping[str, str]) -> str:
    """The cookie header of ``person`` after the sign-in form."""
    page = window.new_page()
    page.goto(f"{host}/login")
    page.locator("#email").fill(person["email"])
    page.locator("#password").fill(person["password"])
    page.locator("button[name=submit]").click()
    page.wait_for_url(f"{host}/")
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in window.cookies())


def scores(visit: Visit, report: Path) -> dict[str, float]:
    """One run's scores, 0 to 1."""
    command = [
        "npx", "--yes", f"lighthouse@{VERSION}", visit.address, "--quiet", "--output=json", f"--output-path={report}",
        f"--only-categories={','.join(LEAST)}", f"--chrome-flags={FLAGS}", "--disable-storage-reset=false",
        f"--extra-headers={json.dumps({'Cookie': visit.cookie})}",
    ]  # fmt: skip
    for tries_left in reversed(range(TRIES)):
        report.unlink(missing_ok=True)
        ended = subprocess.run(  # noqa: S603 - a fixed command and an address of ours
            command, check=False, env={**os.environ, "CHROME_PATH": CHROMIUM}, stdout=subprocess.DEVNULL
        )  # fmt: skip
        told = json.loads(report.read_text("utf-8")) if report.exists() else {}
        if ended.returncode == 0 or told.get("runtimeError", {}).get("code") not in NOT_MEASURED:
            ended.check_returncode()
            break
        sys.stderr.write(f"Chromium recorded no trace of {visit.page}; {tries_left} tries left\n")
    else:
        raise RuntimeError(f"Chromium recorded no trace of {visit.address}")
    assert told["finalDisplayedUrl"] == visit.address, f"looked at {told['finalDisplayedUrl']}"
    return {name: float(told["categories"][name]["score"]) for name in LEAST}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()

"""Job runs on the page: the failing first, faults in a sentence without anybody's name, page after page."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from models import AccountRole, JobRun, JsonObject, RunState
from outreach.store import database_now
from tests.web.conftest import Town
from tests.world import NOW

HEAD = AccountRole.DISTRICT_ADMINISTRATOR
FIGURES: JsonObject = {
    "roster": {"roster": "refused", "why": "users.csv is empty"},
    "owners": {"requests": 2, "cases": 1, "families": 0, "cancelled": 0, "suggestions": 0, "accounts_ended": 1},
    "score": {"families": 1204, "changed": 17, "bands": {}},
    "plan": {"suggested": 48}, "remind": {"prepared": 1}, "seconds": {"score": 1.2},
}  # fmt: skip


def run(town: Town, slot: str = "2026-11-24", job: str = "nightly", **values: object) -> JobRun:
    fields = {"state": RunState.DONE, "worker": "host-1", "started_at": NOW, "lease_until": NOW, "finished_at": NOW}
    made = town.world.add(JobRun(**{"job": job, "slot": slot, **fields, **values}))
    town.commit()
    return made


def test_a_night_tells_in_words_what_it_did(town: Town) -> None:
    run(town, figures=FIGURES, finished_at=NOW + timedelta(seconds=6), attempts=2)
    shown = town.sign_in(HEAD).get("/admin/runs").text
    for words in (
        "Night of Tue 24 Nov", "took 6 s", "attempt 2", "The roster was refused; the imports say why.",
        "3 things handed on", "1 sign-in ended", "1,204 families scored, 17 changed.", "48 contacts suggested.",
        "1 morning e-mail prepared.",
    ):  # fmt: skip
        assert words in shown, words
    assert "Needs a look" not in shown


def test_a_failure_stands_on_top_in_one_sentence_without_what_it_was_about(town: Town) -> None:
    run(town, "2026-11-23")
    run(
        town, state=RunState.FAILED, error="IntegrityError: Key (email)=(rosa@example.org) already exists; password=abc"
    )
    shown = town.sign_in(HEAD).get("/admin/runs").text
    top = shown.split("Show only", 1)[0]
    assert "Needs a look" in top
    assert "Two things were written that exclude each other" in top
    assert "outreach nightly" in top
    for secret in ("rosa@example.org", "password", "already exists"):
        assert secret not in shown


def test_a_fault_that_nobody_foresaw_is_named_by_its_kind(town: Town) -> None:
    run(town, state=RunState.FAILED, error="KeyError: 'maya'")
    shown = town.sign_in(HEAD).get("/admin/runs").text
    assert "A fault of the program (KeyError)" in shown
    assert "maya" not in shown


def test_a_run_whose_worker_died_stands_still_by_the_database_s_clock(town: Town) -> None:
    long_ago = database_now(town.session) - timedelta(hours=1)
    run(town, state=RunState.RUNNING, lease_until=long_ago, finished_at=None)
    run(town, "2026-11-24T10:05", "reminders", state=RunState.RUNNING, finished_at=None,
        lease_until=database_now(town.session) + timedelta(minutes=5))  # fmt: skip
    head = town.sign_in(HEAD)
    shown = head.get("/admin/runs").text
    assert "Stands still" in shown
    assert "takes it over at the next round" in shown
    reminders = head.get("/admin/runs?job=reminders").text.split("Show only", 1)[1]
    assert "Running" in reminders
    assert "Stands still" not in reminders
    assert "Reminders of Tue 24 Nov, 4:05 am" in reminders, "kept in UTC, read by the reader's clock"


def test_a_failure_that_was_mended_since_is_not_on_top(town: Town) -> None:
    run(town, "2026-11-23", state=RunState.FAILED, error="OperationalError: x", started_at=NOW - timedelta(days=1))
    run(town)
    shown = town.sign_in(HEAD).get("/admin/runs").text
    assert "Needs a look" not in shown
    assert "could not be reached, or was too busy" in shown


def test_runs_are_listed_by_job_and_page_by_page(town: Town) -> None:
    for number in range(60):
        slot = f"2026-11-{number // 24 + 1:02d}T{number % 24:02d}:00"
        town.world.add(
            JobRun(
                job="reminders", slot=slot, worker="w", state=RunState.DONE, started_at=NOW, lease_until=NOW,
                figures={"reminders": 0},
            )
        )  # fmt: skip
    run(town)
    head = town.sign_in(HEAD)
    assert head.get("/admin/runs").text.count("data-run") == 1
    first = head.get("/admin/runs?job=reminders").text
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward
    second = head.get(onward[1].replace("&amp;", "&")).text
    assert (first.count("data-run"), second.count("data-run")) == (50, 10)
    assert head.get("/admin/runs?job=all").text.count("data-run") == 50
    assert head.get("/admin/runs?job=wizardry&before=x").status_code == 200
    assert len(town.rows(select(JobRun))) == 61


def test_before_the_first_run_the_page_says_how_to_begin(town: Town) -> None:
    shown = town.sign_in(HEAD).get("/admin/runs").text
    assert "outreach worker" in shown
    assert "has never run" in shown

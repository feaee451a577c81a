"""``outreach demo`` for real: its own process, a real port on loopback, a real database, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models import Account, Case, Family, JobRun, Outreach, RiskScore

FAMILIES = 60
SIGNS = ("teacher", "counselor", "administrator", "recorder", "district_administrator")
pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def demo(folder: Path, database_url: str, port: int) -> Iterator[dict[str, Any]]:
    """A running demonstration and what it answered; ended as by Ctrl-C, which must end it cleanly."""
    environment = os.environ | {
        "OUTREACH_DATABASE_URL": database_url,
        "OUTREACH_SECRET_KEY": "a key for tests that is long enough to be one",
    }
    words = ["demo", "--port", str(port), "--families", str(FAMILIES), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-c", "from outreach.cli import main; main()", *words], cwd=folder, env=environment,
        stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the demonstration ended before it answered"
        yield json.loads(line)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(120) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_the_demo_answers_ends_on_ctrl_c_and_goes_on_the_next_time(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    port = free_port()
    with demo(tmp_path, database_url, port) as first:
        assert first["address"] == f"http://127.0.0.1:{port}/"
        assert [one["role"] for one in first["sign_ins"]] == list(SIGNS)
        with urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
        with urlopen(f"http://127.0.0.1:{port}/login") as answer:
            assert answer.status == 200
    with Session(engine) as session:
        assert session.scalar(select(func.count(Family.id))) == FAMILIES
        assert session.scalar(select(func.count(RiskScore.family_id))) == FAMILIES
        assert session.scalar(select(func.count(Case.id)))
        assert session.scalar(select(func.count(Outreach.id)))
        accounts = session.scalar(select(func.count(Account.id)))
    with demo(tmp_path, database_url, port) as second:
        assert second["sign_ins"] == first["sign_ins"]
        assert second["clock"] >= first["clock"]
    with Session(engine) as session:
        assert session.scalar(select(func.count(Family.id))) == FAMILIES
        assert session.scalar(select(func.count(Account.id))) == accounts
        assert set(session.scalars(select(JobRun.attempts).where(JobRun.job == "nightly"))) == {1}

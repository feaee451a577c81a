"""The crash test at small size: every named point is visited by death, and the provider's journal is counted.

``make crash`` runs the same at full size.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY

PATIENCE_SECONDS = 900
"""For a machine that runs other tests beside it; a run takes about a minute."""


@pytest.mark.slow
def test_whatever_dies_nothing_is_lost_doubled_or_unwelcome(database_url: str) -> None:
    on_sqlite = database_url.startswith("sqlite")
    done = crash_test(
        "--database", database_url, "--workers", "1" if on_sqlite else "3", "--messages", "120", "--kills", "30",
        "--short",
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "Good: nothing was found." in done.stdout


def crash_test(*options: str) -> subprocess.CompletedProcess[str]:
    """Run it as ``make crash`` does, in a group of its own that is ended with it."""
    command = [sys.executable, "-m", "tests.crash", *options]
    process = subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return subprocess.CompletedProcess(command, process.returncode, out, err)

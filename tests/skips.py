"""No test is skipped unseen: those that read the data sets of others may be, where these are absent; their number is
printed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("OUTREACH_SHARED") or Path(__file__).parent.parent.parent / "shared").resolve()
"""Data sets of others; tests marked ``shared_data`` read them and may skip only where this folder is absent."""

_skipped: list[pytest.TestReport | pytest.CollectReport] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if SHARED.is_dir():
        return
    absent = pytest.mark.skip(reason=f"there is no {SHARED}; see OUTREACH_SHARED")
    for item in items:
        if item.get_closest_marker("shared_data"):
            item.add_marker(absent)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _skipped.append(report)


def _may_skip(report: pytest.TestReport | pytest.CollectReport) -> bool:
    """Only for want of others' data; a part that is missing here (PostgreSQL, Chromium, node) is a failure."""
    marked = isinstance(report, pytest.TestReport) and "shared_data" in report.keywords
    return marked and not SHARED.is_dir()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.OK and not all(map(_may_skip, _skipped)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    allowed = sum(map(_may_skip, _skipped))
    where = "is there" if SHARED.is_dir() else "is absent"
    terminalreporter.write_line(f"shared_data: {allowed} tests skipped; {SHARED} {where}.")
    for report in _skipped:
        if not _may_skip(report):
            terminalreporter.write_line(f"FAILED because it was skipped: {report.nodeid}", red=True)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Where the data sets of others are; ask for it only in tests marked ``shared_data``."""
    return SHARED

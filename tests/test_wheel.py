"""The built wheel is whole: installed elsewhere, without the checkout, it makes its database and answers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.conftest import REPOSITORY

PACKAGES = ("outreach", "models", "jobs", "config", "templates")
CODE = ".py"
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
OUTREACH = [sys.executable, "-P", "-c", "from outreach.cli import main; main()"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run([*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(REPOSITORY)], folder)
    (made,) = folder.glob("outreach-*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel alone in a folder; its dependencies come from the running interpreter."""
    folder = tmp_path_factory.mktemp("installed")
    run([*PIP, "install", "--no-deps", "--no-index", "--target", str(folder), str(wheel)], folder)
    return folder


def plain(**environment: str) -> dict[str, str]:
    """This environment without what belongs to the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OUTREACH_", "PYTHON"))}
    return {**kept, **environment}


def run(command: list[str], cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=plain(**environment), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_every_file_of_the_tree(wheel: Path) -> None:
    """Also those that are no code: configuration, templates, SQL, styles, drawings."""
    held = set(zipfile.ZipFile(wheel).namelist())
    tree = {
        file.relative_to(REPOSITORY).as_posix()
        for package in PACKAGES
        for file in (REPOSITORY / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert tree - held == set()
    assert {Path(name).suffix for name in held} >= {CODE, ".toml", ".sql", ".html"}
    assert not any(name.startswith("tests/") for name in held)


def test_the_installed_wheel_runs_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = run(
        [sys.executable, "-P", "-c", "import outreach; print(outreach.__file__)"], tmp_path, PYTHONPATH=str(installed)
    )
    assert where.strip() == str(installed / "outreach" / "__init__.py"), "the wheel's, not the checkout's"
    answer = json.loads(run([*OUTREACH, "db", "upgrade", "--json"], tmp_path, PYTHONPATH=str(installed)))
    assert answer["applied"][-1] == answer["revision"]
    assert (tmp_path / "instance" / "outreach.sqlite").is_file()
    assert json.loads(run([*OUTREACH, "db", "check", "--json"], tmp_path, PYTHONPATH=str(installed)))["drift"] == []
    findings = json.loads(run([*OUTREACH, "doctor", "--json"], tmp_path, PYTHONPATH=str(installed)))["findings"]
    assert [finding for finding in findings if finding["weight"] == "wrong"] == []


def test_the_installed_wheel_shows_the_demonstration(installed: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*OUTREACH, "demo", "--port", str(port), "--families", "20", "--json"]
    environment = plain(PYTHONPATH=str(installed))
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            answer = json.loads(process.stdout.readline())
            for path in ("healthz", "readyz", "login"):
                with urlopen(f"{answer['address'].rstrip('/')}/{path}", timeout=30) as page:
                    assert page.status == 200, path
        finally:
            process.terminate()  # not SIGINT, which a shell lets what it runs in the background ignore

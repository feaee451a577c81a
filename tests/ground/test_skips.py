"""No test is skipped unseen: only those that read others' data may be, and only where that data is absent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PASSES = "def test_it():\n    assert True\n"
READS_SHARED_DATA = "import pytest\n@pytest.mark.shared_data\ndef test_it(shared):\n    assert shared.is_dir()\n"
LACKS_CHROMIUM = "import pytest\ndef test_it():\n    pytest.skip('no chromium')\n"
LACKS_NODE = "import pytest\npytest.skip('no node', allow_module_level=True)\n"
SKIPS_THOUGH_PRESENT = READS_SHARED_DATA.replace("assert", "pytest.skip(f'no file') or")


def run(tmp_path: Path, source: str, shared: Path, *options: str) -> tuple[int, str]:
    """pytest with our rule as a plug-in over one made-up test file; gives exit status and output."""
    file = tmp_path / "test_made_up.py"
    file.write_text(source)
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "tests.skips", "--rootdir", str(tmp_path)]
    command += ["--basetemp", str(tmp_path / "base"), *options, str(file)]
    environment = {
        **os.environ, "OUTREACH_SHARED": str(shared), "PYTHONPATH": str(REPOSITORY),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    return done.returncode, done.stdout


def test_a_run_without_skips_is_green(tmp_path: Path) -> None:
    code, output = run(tmp_path, PASSES, tmp_path)
    assert (code, "shared_data: 0 tests skipped" in output) == (0, True)


def test_absent_data_of_others_is_counted_and_forgiven(tmp_path: Path) -> None:
    code, output = run(tmp_path, READS_SHARED_DATA, tmp_path / "absent")
    assert code == 0
    assert "shared_data: 1 tests skipped" in output
    assert output.splitlines()[-1].startswith("="), "the last line is pytest's own"


def test_data_of_others_that_is_there_must_be_read(tmp_path: Path) -> None:
    assert run(tmp_path, READS_SHARED_DATA, tmp_path)[0] == 0
    code, output = run(tmp_path, SKIPS_THOUGH_PRESENT, tmp_path)
    assert code == 1
    assert "FAILED because it was skipped" in output


@pytest.mark.parametrize("source", [LACKS_CHROMIUM, LACKS_NODE])
@pytest.mark.parametrize("options", [(), ("-n", "1")])
def test_a_missing_component_fails_the_run(tmp_path: Path, source: str, options: tuple[str, ...]) -> None:
    code, output = run(tmp_path, source + PASSES.replace("test_it", "test_other"), tmp_path / "absent", *options)
    assert code != 0
    assert "FAILED because it was skipped" in output

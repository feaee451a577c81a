"""Known weaknesses of what we depend on: ``pip-audit`` over both locks, and an honest word where it could not look.

Alone it ends well also when its service knew none of the packages, as behind a mirror of the package index.
"""

from __future__ import annotations

import json
import subprocess
import sys

LOCKS = ("requirements.txt", "requirements-dev.txt")
SECONDS = 180
COMMAND = [
    sys.executable,
    "-m",
    "pip_audit",
    "--disable-pip",
    "--require-hashes",
    "--progress-spinner=off",
    "--format=json",
]


def main() -> int:
    """0 where nothing is known against any package, or nothing could be looked up (said so); 1 where something is."""
    locks = [part for lock in LOCKS for part in ("-r", lock)]
    try:
        done = subprocess.run([*COMMAND, *locks], capture_output=True, text=True, timeout=SECONDS, check=False)
        packages = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return _not_run(f"its service did not answer within {SECONDS} seconds")
    except (json.JSONDecodeError, KeyError):
        lines = done.stderr.strip().splitlines() or ["no answer"]
        return _not_run(lines[-1])
    looked_at = [package for package in packages if "skip_reason" not in package]
    weak = [package for package in looked_at if package["vulns"]]
    if not looked_at:
        return _not_run(f"the package index answered about none of {len(packages)} packages")
    for package in weak:
        names = ", ".join(found["id"] for found in package["vulns"])
        _say(f"pip-audit: {package['name']} {package['version']}: {names}")
    _say(f"pip-audit: looked at {len(looked_at)} of {len(packages)} packages, {len(weak)} with known weaknesses.")
    return 1 if weak else 0


def _not_run(why: str) -> int:
    _say(f"pip-audit: NOT RUN, {why}. Known weaknesses of our dependencies were not looked up.")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())

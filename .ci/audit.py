"""Looks up every locked package in OSV's list of vulnerabilities; where that cannot be reached, in advisories.toml.

Exit code 1 if one of them is known to be vulnerable. The last line says which list was asked.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.version import Version

HERE = Path(__file__).parent
LOCK = HERE.parent / "requirements-dev.lock"  # the other locks have nothing that is not in it
WAIT_S = 120


def online() -> list[str] | None:
    """What OSV knows of the locked versions; None if it cannot be asked."""
    options = ["-r", LOCK, "--disable-pip", "--require-hashes", "-s", "osv", "-f", "json", "--progress-spinner", "off"]
    command = [sys.executable, "-m", "pip_audit", *options]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
        answer = json.loads(asked.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return [
        f"{package['name']} {package['version']}: {found['id']}, mended in {found['fix_versions'] or 'no version yet'}"
        for package in answer["dependencies"]
        for found in package.get("vulns", ())
    ]


def offline(lock: str) -> Iterator[str]:
    """What advisories.toml knows of the versions of a lock."""
    pins = dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", lock, re.MULTILINE))
    for known in tomllib.loads((HERE / "advisories.toml").read_text("utf-8"))["advisory"]:
        pinned = pins.get(known["package"])
        if pinned and Version(pinned) < Version(known["fixed"]):
            yield f"{known['package']} {pinned}: {known['id']}, {known['what']}; mended in {known['fixed']}"


def main() -> None:
    """Look, print, and say by the exit code whether something was found."""
    found = online()
    asked = "OSV" if found is not None else "advisories.toml alone, for OSV cannot be reached from here"
    found = list(offline(LOCK.read_text("utf-8"))) if found is None else found
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"{len(found)} known vulnerabilities in what is locked, by {asked}.\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

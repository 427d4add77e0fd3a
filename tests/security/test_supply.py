"""What Dateline is built from: no version that is known to be vulnerable is locked, or allowed."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
ADVISORIES = tomllib.loads((ROOT / ".ci" / "advisories.toml").read_text("utf-8"))["advisory"]


@pytest.fixture(scope="module")
def audit():
    """The audit step of CI."""
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_locked_version_is_known_to_be_vulnerable(audit):
    for lock in ROOT.glob("requirements*.lock"):
        assert list(audit.offline(lock.read_text("utf-8"))) == []


def test_a_vulnerable_version_is_found(audit):
    lock = (ROOT / "requirements-dev.lock").read_text("utf-8")
    old = re.sub(r"^urllib3==\S+", "urllib3==2.6.3", lock, flags=re.MULTILINE)

    assert {line.partition(",")[0] for line in audit.offline(old)} == {
        "urllib3 2.6.3: CVE-2026-44431",
        "urllib3 2.6.3: CVE-2026-44432",
    }


def test_pyproject_allows_no_version_that_is_known_to_be_vulnerable():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    allowed = [Requirement(line) for line in (*project["dependencies"], *(line for e in extras.values() for line in e))]
    for known in ADVISORIES:
        for requirement in allowed:
            if requirement.name.lower() == known["package"]:
                [floor] = [Version(part.version) for part in requirement.specifier if part.operator == ">="]
                assert floor >= Version(known["fixed"]), f"{requirement} allows {known['id']}"

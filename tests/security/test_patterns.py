"""No regular expression of ours goes on for ever at a text that is made to hurt it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.security import patterns

ROOT = Path(__file__).parents[2]


def test_no_pattern_of_ours_is_catastrophic() -> None:
    command = [sys.executable, "-m", "tests.security.patterns"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["patterns"] > 200
    assert found["attacks"] > 1_000
    assert found["endless"] == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$", r"^(\w+\s?)*$", r"(?:a|aa)+$", r"(.*)*x", r"mit (?:\w+\W?){0,9}(?:abo|plus)", r"(\d+,?)+;",
        r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?)+", r"<(?:[^>]+)*>\d", r"^(?:[a-z]+|\w)*!$", r"x*x*x*x*y",
    ],
)  # fmt: skip
def test_a_catastrophic_pattern_is_found(pattern: str) -> None:
    setup = f"p.CPU_S = 0.2; p.all_patterns = lambda: [p.re.compile({pattern!r})]"
    code = f"from tests.security import patterns as p; {setup}; p.main()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)

    assert json.loads(done.stdout)["endless"] == [repr(pattern)], done.stderr


def test_attacks_reach_their_repetition() -> None:
    for text in patterns.attacks(re.compile("<a (?P<name>[a-z]+=\\d)*>")):
        assert re.match("<a (?:[a-z]+=\\d){50}|<a [a-z]{50}|<a a=0", text)

"""No regular expression of ours goes on for ever at a text that is made to hurt it."""

from __future__ import annotations

import ast
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


RECORDED = """
import re, sys
ours, really = set(), re.compile
def recording(pattern, flags=0):
    made = really(pattern, flags)
    if sys._getframe(1).f_globals["__name__"].startswith(("worker.", "scrapers.")):
        ours.add((made.pattern, made.flags))
    return made
re.compile = recording
from tests.security import patterns
known = {(pattern.pattern, pattern.flags) for pattern in patterns.all_patterns()}
print(len(ours), sorted(map(repr, ours - known)))
"""


def test_every_pattern_that_our_modules_compile_is_tried() -> None:
    done = subprocess.run([sys.executable, "-c", RECORDED], cwd=ROOT, capture_output=True, text=True)

    number, _, left_out = done.stdout.strip().partition(" ")
    assert left_out == "[]", done.stderr
    assert int(number) > 150


def test_no_other_pattern_is_made_while_the_service_runs() -> None:
    made = [
        f"{path.name}: {ast.unparse(call.args[0])}"
        for folder in ("worker", "scrapers")
        for path in (ROOT / folder).rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("re.") and call.args
        if not isinstance(call.args[0], ast.Constant) and ast.unparse(call.func) != "re.escape"
    ]

    # the first is the operator's, who is trusted; the second is tried
    assert sorted(line.partition(":")[0] for line in made) == ["discover.py", "xmltext.py"], made


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

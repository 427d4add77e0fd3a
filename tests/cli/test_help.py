"""The command line explains itself, and what the README shows exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from worker.cli.main import app
from worker.settings import VERSION

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SHOWN = [shlex.split(line, comments=True)[2:] for line in README.splitlines() if line.startswith("$ dateline ")]
MENTIONED = [match.split() for match in re.findall(r"`dateline ((?:[a-z]+ ?)+)`", README)]


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group, with the words that call it."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_a_command_says_what_it_does(path: tuple[str, ...], option: str) -> None:
    shown = CliRunner().invoke(app, [*path, option], env={"COLUMNS": "200"})

    assert shown.exit_code == 0
    assert "Usage:" in shown.stdout
    first = ALL[path].help.splitlines()[0]
    assert first in shown.stdout
    assert first[0].isupper()
    assert first.endswith(".")


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_argument_and_option_is_explained(path: tuple[str, ...]) -> None:
    assert [parameter.name for parameter in ALL[path].params if not parameter.help] == []


@pytest.mark.parametrize("path", [path for path, command in ALL.items() if hasattr(command, "commands")], ids=" ".join)
def test_a_group_without_a_command_shows_its_help(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path])

    assert "Usage:" in shown.output
    assert shown.exit_code in (0, 2)


@pytest.mark.parametrize(
    "words", [["nonsense"], ["sources", "nonsense"], ["articles", "list", "--nonsense"], ["crawl"]]
)
def test_a_wrong_command_line_ends_with_exit_code_2(words: list[str]) -> None:
    shown = CliRunner().invoke(app, words)

    assert shown.exit_code == 2
    assert shown.stdout == ""
    assert "Usage:" in shown.stderr


def test_the_version_is_printed() -> None:
    shown = CliRunner().invoke(app, ["--version"])

    assert (shown.exit_code, shown.stdout) == (0, f"dateline {VERSION}\n")


@pytest.mark.parametrize("words", SHOWN + MENTIONED, ids=" ".join)
def test_the_readme_shows_commands_that_exist(words: list[str]) -> None:
    path = max((path for path in ALL if path == tuple(words[: len(path)])), key=len)
    command = ALL[path]

    assert not hasattr(command, "commands"), f"no command: {' '.join(words)}"
    options = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


def test_the_readme_shows_every_group() -> None:
    assert {path[0] for path in ALL if path} - {words[0] for words in SHOWN + MENTIONED} <= {"up"}

"""Every regular expression of worker/ and scrapers/, tried on texts that are made to hurt it.

An attack pumps one repetition of the pattern up and then does not let the whole match. Run as a program this tries all
of them and names the patterns that one attack keeps busy for longer than the kernel's clock of CPU time allows.
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import MappingProxyType
from typing import Any

import scrapers
import worker
from worker import feedformat, substance, xmltext

LENGTH = 800  # characters of an attack: a pattern that takes squares of it is done at once, cubes and powers never
CPU_S = 2.0  # for one attack
MISFITS = ("\x00", "a")  # what follows a repetition, so that the whole does not match
# Two take cubes of runs of white space where they search, and are not asked to: this is how they are asked.
BOUNDED = {
    feedformat._NAME_MAIL: ((feedformat._NAME_MAIL.match,), 300),  # of a name that is cut to as many characters
    substance._VOLATILE: ((substance._VOLATILE.fullmatch,), LENGTH),  # of a line
}


def all_patterns() -> list[re.Pattern[Any]]:
    """Every pattern that a module holds, at any depth, or that a call of `re` has as a literal; one is built."""
    built = xmltext._one_of(xmltext.ROOTS)
    found: dict[tuple[Any, int], re.Pattern[Any]] = {(built.pattern, built.flags): built}
    for package in (scrapers, worker):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not info.name.endswith("__main__"):
                module = importlib.import_module(info.name)
                for pattern in (*_held(vars(module).values(), 4), *_literal(Path(str(module.__file__)))):
                    found[pattern.pattern, pattern.flags] = pattern
    return list(found.values())


def _held(values: Iterable[Any], depth: int) -> Iterator[re.Pattern[Any]]:
    for value in list(values):
        kind = type(value)  # isinstance would wake the proxies of Celery
        if kind is re.Pattern:
            yield value
        elif depth and issubclass(kind, dict | MappingProxyType):
            yield from _held(value.values(), depth - 1)
        elif depth and issubclass(kind, tuple | list | set | frozenset):
            yield from _held(value, depth - 1)
        elif depth and issubclass(kind, type) and value.__module__.startswith(("scrapers", "worker")):
            yield from _held(vars(value).values(), depth - 1)


def _literal(path: Path) -> Iterator[re.Pattern[Any]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
            flags = 0
            for name in re.findall(r"re\.([A-Z]+)\b", ast.unparse(node)):
                flags |= getattr(re, name)
            if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str | bytes):
                yield re.compile(node.args[0].value, flags)


def attacks(pattern: re.Pattern[Any]) -> Iterator[Any]:
    """Texts that make each repetition of the pattern go on for long, and then fail."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(text, pattern.flags & ~re.U.value if isinstance(pattern.pattern, bytes) else pattern.flags)
    made = set()
    for before, body in _repetitions(tree, ""):
        first, second = _sample(body, 0) or "a", _sample(body, 1) or "a"
        for pump in (first, second, first + second):
            made |= {before + pump * (LENGTH // len(pump)) + misfit for misfit in MISFITS}
    for text in sorted(made):
        yield text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")


def _repetitions(tree: Any, before: str) -> Iterator[tuple[str, Any]]:
    """The body of each repetition, and a text that leads up to it."""
    for code, value in tree:
        for inner in _bodies(code, value):
            yield from _repetitions(inner, before)
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT) and value[1] > 8:
            yield before, value[2]
        before += _sample([(code, value)], 0)


def _bodies(code: Any, value: Any) -> Iterator[Any]:
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        yield value[2]
    elif code is codes.SUBPATTERN:
        yield value[3]
    elif code is codes.BRANCH:
        yield from value[1]
    elif code in (codes.ASSERT, codes.ASSERT_NOT):
        yield value[1]
    elif code is codes.ATOMIC_GROUP:
        yield value


def _sample(tree: Any, turn: int) -> str:
    """A text that a part of a pattern matches; another `turn` takes other alternatives."""
    text = ""
    for code, value in tree:
        if code is codes.LITERAL:
            text += chr(value)
        elif code is codes.NOT_LITERAL:
            text += "a" if value != ord("a") else "b"
        elif code is codes.ANY:
            text += "a"
        elif code is codes.IN:
            text += _member(value, turn)
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            text += _sample(value[2], turn) * max(value[0], min(turn + 1, value[1]))
        elif code is codes.SUBPATTERN:
            text += _sample(value[3], turn)
        elif code is codes.BRANCH:
            text += _sample(value[1][turn % len(value[1])], turn)
        elif code is codes.ATOMIC_GROUP:
            text += _sample(value, turn)
    return text


CLASSES = {
    codes.CATEGORY_DIGIT: "0", codes.CATEGORY_SPACE: " ", codes.CATEGORY_WORD: "a", codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_NOT_SPACE: "a", codes.CATEGORY_NOT_WORD: "-",
}  # fmt: skip


SHORT = {codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_SPACE: r"\s", codes.CATEGORY_WORD: r"\w"}


def _member(items: Any, turn: int) -> str:
    """A character of a set."""
    if items[0][0] is codes.NEGATE:
        accepted = [char for char in "ax0 -\u00e9" if not re.match(_as_set(items[1:]), char)]
        return accepted[turn % len(accepted)] if accepted else "\u2603"
    code, value = items[turn % len(items)]
    if code is codes.LITERAL:
        return chr(value)
    return chr(value[turn % 2]) if code is codes.RANGE else CLASSES.get(value, "a")


def _as_set(items: Any) -> str:
    text = ""
    for code, value in items:
        if code is codes.LITERAL:
            text += re.escape(chr(value))
        elif code is codes.RANGE:
            text += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        else:
            text += SHORT.get(value, "")
    return f"[{text}]" if text else "(?!)"


def main() -> None:
    """Try every attack on every pattern, and print how many that were and which patterns did not end."""
    signal.signal(signal.SIGVTALRM, _interrupt)
    patterns, tried, endless = all_patterns(), 0, []
    for pattern in patterns:
        try:
            tried += _try(pattern)
        except TimeoutError:
            endless.append(repr(pattern.pattern))
    json.dump({"patterns": len(patterns), "attacks": tried, "endless": endless}, sys.stdout)


def _try(pattern: re.Pattern[Any]) -> int:
    """How many attacks a pattern survives. Raises TimeoutError at one that it does not."""
    texts = list(attacks(pattern))
    ways, longest = BOUNDED.get(pattern, ((pattern.search, pattern.fullmatch), LENGTH))
    for text in texts:
        signal.setitimer(signal.ITIMER_VIRTUAL, CPU_S)
        for ask in ways:
            ask(text[-longest:] if longest < LENGTH else text)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return len(texts)


def _interrupt(*_: object) -> None:
    raise TimeoutError


if __name__ == "__main__":
    main()

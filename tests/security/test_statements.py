"""Every SQL statement of the service is a constant with parameters: proved over the syntax trees, not by looking."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from worker import invariants

ROOT = Path(__file__).parents[2]
RUNS = {"execute", "executemany", "copy", "stream"}  # the methods of psycopg that take a statement
QUOTES = {"Identifier", "Literal", "Placeholder"}  # what psycopg.sql makes of any value is safe
OF_THE_PROGRAM = {  # constants, as their modules show, but not where they are run
    ("worker/db.py", "resource('schema.sql').read_bytes()"),
    ("worker/frontier.py", "query"),  # of `_take`: one of three that are composed there of constants
    ("worker/invariants.py", "invariant.query.encode()"),
    ("worker/record.py", "QUIET_POLL"),  # composed of two constants
}
UNKNOWN = ast.Constant(None)
NOT_A_CURSOR = {"answer.raw"}  # a body that arrives in pieces is streamed as well


class Constants:
    """Which names of a module hold text that is written in it, or SQL composed of such text and of quoted values."""

    def __init__(self, tree: ast.Module) -> None:
        self.assigned: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.assigned.setdefault(name, []).append(value)
                case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.NamedExpr():
                    for inner in ast.walk(node):
                        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                            self.assigned.setdefault(inner.id, []).append(UNKNOWN)
                case ast.For(target=ast.Tuple(elts=[ast.Name(id=first), *_]), iter=ast.Tuple(elts=rows)):
                    for row in rows:  # for statement, ... in ((constant, ...), ...)
                        value = row.elts[0] if isinstance(row, ast.Tuple) else UNKNOWN
                        self.assigned.setdefault(first, []).append(value)
                case ast.arg(arg=name):
                    self.assigned.setdefault(name, []).append(UNKNOWN)

    def is_constant(self, node: ast.expr) -> bool:
        """Whether the expression is a statement that no value from outside can have shaped."""
        match node:
            case ast.Constant(value=str() | bytes()):
                return True
            case ast.Name(id=name):
                return self._always(name, self.is_constant)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.is_constant(left) and self.is_constant(right)
            case ast.IfExp(body=body, orelse=other):
                return self.is_constant(body) and self.is_constant(other)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="sql"), attr="SQL"), args=[text]):
                return self.is_constant(text)
            case ast.Call(func=ast.Attribute(value=composed, attr="format"), args=args, keywords=named):
                parts = [*args, *(keyword.value for keyword in named)]
                return self.is_sql(composed) and all(self.is_quoted(part) for part in parts)
        return False

    def is_sql(self, node: ast.expr) -> bool:
        """Whether it is psycopg's SQL: text of its own would format without quoting."""
        return isinstance(node, ast.Call) and ast.unparse(node.func) == "sql.SQL" and self.is_constant(node)

    def is_quoted(self, node: ast.expr) -> bool:
        """Whether it is something that psycopg quotes, or a statement that is constant itself."""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="sql"), attr=name)) if name in QUOTES:
                return True
            case ast.Call(func=ast.Attribute(value=joined, attr="join"), args=[ast.Call(args=[quote, *_]) as mapped]):
                is_map = ast.unparse(mapped.func) == "map" and ast.unparse(quote).removeprefix("sql.") in QUOTES
                return is_map and self.is_sql(joined)
            case ast.Name(id=name):
                return self._always(name, self.is_quoted)
        return self.is_constant(node)

    def _always(self, name: str, holds: Callable[[ast.expr], bool]) -> bool:
        """Whether it holds of all that a name stands for; not of one that is made from itself."""
        values = self.assigned.pop(name, [UNKNOWN])
        try:
            return all(holds(value) for value in values)
        finally:
            self.assigned[name] = values


def statements(source: str) -> Iterator[tuple[ast.expr, bool]]:
    """The statements that a module runs, each with whether it is a constant."""
    tree = ast.parse(source)
    constants = Constants(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RUNS):
            continue
        if ast.unparse(node.func.value) not in NOT_A_CURSOR:
            given = (
                node.args[0] if node.args else next(k.value for k in node.keywords if k.arg in ("query", "statement"))
            )
            yield given, constants.is_constant(given)


def modules() -> list[Path]:
    return [path for package in ("worker", "scrapers") for path in sorted((ROOT / package).rglob("*.py"))]


def test_every_statement_is_constant_text_with_parameters() -> None:
    ran, shaped = 0, []
    for path in modules():
        for statement, is_constant in statements(path.read_text("utf-8")):
            ran += 1
            name = str(path.relative_to(ROOT))
            if not is_constant and (name, ast.unparse(statement)) not in OF_THE_PROGRAM:
                shaped.append(f"{name}:{statement.lineno}: {ast.unparse(statement)[:100]}")
    assert ran > 150
    assert shaped == []


@pytest.mark.parametrize(
    "code",
    [
        "conn.execute(f'select * from {table}')",
        "conn.execute('select %s' % name)",
        "conn.execute('select {}'.format(name))",
        "conn.execute('select ' + name)",
        "query = 'select'\nquery = query + name\nconn.execute(query)",
        "query = 'select'\nquery += name\nconn.execute(query)",
        "def run(query):\n    conn.execute(query)",
        "conn.execute(sql.SQL(name))",
        "conn.execute(sql.SQL('select {}').format(name))",
        "conn.execute(sql.SQL('select {}').format(sql.SQL(name)))",
        "conn.execute(sql.SQL(', ').join(names))",
        "conn.execute(', '.join(names))",
        "conn.execute(made_elsewhere())",
        "QUERY = 'select {}'\nconn.execute(QUERY.format(name))",
        "for query, age in ((name, 1),):\n    conn.execute(query)",
        "cursor.executemany(name, rows)",
        "with cursor.copy(name): pass",
        "if (query := name): conn.execute(query)",
    ],
)
def test_a_statement_that_is_put_together_is_found(code: str) -> None:
    assert [is_constant for _, is_constant in statements(code)] == [False]


@pytest.mark.parametrize(
    "code",
    [
        "conn.execute('select %s', (name,))",
        "QUERY = 'select'\nconn.execute(QUERY + ' from x')",
        "conn.execute(sql.SQL('drop table {}').format(sql.Identifier(name)))",
        "conn.execute(sql.SQL('select {}').format(sql.SQL(', ').join(map(sql.Identifier, names))))",
        "for query, age in (('a', 1), ('b', 2)):\n    conn.execute(query)",
    ],
)
def test_a_statement_with_parameters_is_left_alone(code: str) -> None:
    assert [is_constant for _, is_constant in statements(code)] == [True]


def test_every_invariant_is_constant_text() -> None:
    tree = ast.parse((ROOT / "worker/invariants.py").read_text("utf-8"))
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "Invariant"]
    assert len(calls) == len(invariants.INVARIANTS)
    assert all(isinstance(argument, ast.Constant) for call in calls for argument in call.args)

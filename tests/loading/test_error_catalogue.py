"""`docs/errors.md` lists exactly the codes that the sources raise."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("models", "solvers", "planner")

ROW = re.compile(r"^\| `([a-z0-9-]+)` \|", re.MULTILINE)
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)*")
MAKERS = {"fault", "refuse", "name_each", "_bad", "_entry"}
"""Functions whose first argument is a code, be it a single word."""
NOT_CODES = {"re-check"}
"""Words with a hyphen that stand alone in the sources and are no codes."""
NOT_CODES_OF = {"name", "encoding"}
"""Arguments that hold such words: names of formats and threads, encodings."""


def documented() -> list[str]:
    """Return the codes in the tables of the catalogue, in order."""
    return ROW.findall((ROOT / "docs" / "errors.md").read_text(encoding="utf-8"))


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Yield every source file; the rooms inside `planner/` are links and are walked once."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(("planner/models/", "planner/solvers/")):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def texts(node: ast.AST) -> Iterator[str]:
    """Yield the text constants in an expression, both sides of a condition included."""
    if isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def raised(tree: ast.AST) -> set[str]:
    """Return the codes a source raises.

    A code stands behind `code=`, is assigned to `code`, is the first argument of one of `MAKERS`,
    or is any other text of words with hyphens.
    """
    found: set[str] = set()
    spared = set(NOT_CODES)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and "code" in map(ast.unparse, node.targets):
            found |= set(texts(node.value))
        elif isinstance(node, ast.Constant):
            found |= {text for text in texts(node) if "-" in text}
        elif isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == "code":
                    found |= set(texts(keyword.value))
                elif keyword.arg in NOT_CODES_OF:
                    spared |= set(texts(keyword.value))
            if ast.unparse(node.func) in MAKERS and node.args:
                found |= set(texts(node.args[0]))
            elif ast.unparse(node.func).endswith((".encode", ".decode")):
                spared |= {text for argument in node.args for text in texts(argument)}
    return {text for text in found - spared if CODE.fullmatch(text)}


def endings(tree: ast.AST) -> set[str]:
    """Return the endings of codes that are put together, as in `code=f"{what}-mismatch"`."""
    return {
        str(node.values[-1].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        and len(node.values) == 2
        and isinstance(node.values[-1], ast.Constant)
        and re.fullmatch(r"-[a-z]+", str(node.values[-1].value))
    }


def test_every_raised_code_is_documented() -> None:
    """Whoever raises a new code adds a row to `docs/errors.md`."""
    known = set(documented())
    missing = {
        f"{code} (raised in {name})"
        for name, tree in sources()
        for code in raised(tree)
        if code not in known
    }
    assert not missing, f"add to docs/errors.md: {', '.join(sorted(missing))}"


def test_every_documented_code_is_raised() -> None:
    """The catalogue holds no code that is gone."""
    trees = [tree for _, tree in sources()]
    used = set().union(*map(raised, trees))
    ends = tuple(set().union(*map(endings, trees)))
    unused = [code for code in documented() if code not in used and not code.endswith(ends)]
    assert not unused, f"remove from docs/errors.md, or raise: {', '.join(unused)}"


def test_codes_put_together_are_documented() -> None:
    """For each ending of codes that are put together there is at least one row."""
    ends = set().union(*(endings(tree) for _, tree in sources()))
    missing = [end for end in ends if not any(code.endswith(end) for code in documented())]
    assert not missing, f"add the codes to docs/errors.md that end in: {', '.join(missing)}"


def test_codes_are_listed_once() -> None:
    """No code has two rows."""
    rows = documented()
    assert sorted(set(rows)) == sorted(rows)


@pytest.mark.parametrize(
    "line",
    [
        'raise fault("planted-code", "m", "f")',
        'raise refuse("planted-code", "m", "f")',
        'Issue(code="planted-code", loc=())',
        'Violation(code="known" if x else "planted-code")',
        'code = "planted-code" if x else "other"',
        'yield from name_each("planted-code", 3)',
        'table = [("planted-code", 3)]',
    ],
)
def test_planted_code_is_seen(line: str) -> None:
    """The scan of the sources sees every way of raising a code."""
    assert "planted-code" in raised(ast.parse(line))

"""JSON Schemas: published, current, and true of what is written."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import planner as pl
from planner.api.schema import schema_kinds
from planner.results.document import document

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas"
KINDS = [kind for kind in schema_kinds() if not kind.startswith("dummy")]


def check(value: Any, kind: str) -> None:
    """Validate a value against the schema of its kind."""
    found = pl.schema(kind)
    jsonschema.Draft202012Validator.check_schema(found)
    jsonschema.Draft202012Validator(found).validate(value)


@pytest.mark.parametrize("kind", KINDS)
def test_published_schema_is_current(kind: str) -> None:
    """`docs/schemas` holds what `planner schema KIND` prints."""
    path = PUBLISHED / f"{kind.replace('/', '.')}.json"
    hint = f"run `planner schema {kind} > docs/schemas/{path.name}`"
    assert path.is_file(), hint
    assert json.loads(path.read_text(encoding="utf-8")) == pl.schema(kind), hint


def test_nothing_else_is_published() -> None:
    """No schema of a kind that is gone stays behind."""
    names = {f"{kind.replace('/', '.')}.json" for kind in KINDS}
    assert {path.name for path in PUBLISHED.glob("*.json")} == names


@pytest.mark.parametrize("method", ["sort", "try_all", "first", "draw"])
@pytest.mark.parametrize("choose", [2, 5])
def test_results_keep_their_schema(data: dict[str, Any], method: str, choose: int) -> None:
    """Every result, with or without a plan, is valid, and so are its parts."""
    values = pl.solve({**data, "choose": choose}, method).data()
    check(values, "result")
    check(values["instance"]["data"], "dummy")
    for part in ("plan", "certificate"):
        if values[part] is not None:
            check(values[part], f"dummy/{part}")


def test_long_arrays_keep_the_schema(data: dict[str, Any]) -> None:
    """A reference to the `.npz` may stand where an array of numbers stands."""
    result = pl.solve({**data, "numbers": list(range(13_000)), "choose": 12_000, "forbidden": []})
    values, arrays = document(result)
    assert list(arrays) == ["plan.chosen"]
    check(values, "result")
    check(values["plan"], "dummy/plan")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("result", {}),
        ("dummy", {"problem": "dummy", "schema_version": 1, "name": "x", "choose": 0}),
        ("dummy/plan", {"kind": "explicit", "chosen": ["a"]}),
        ("dummy/plan", {"kind": "explicit", "chosen": {"npz": "x"}}),
        ("dummy/plan", {"kind": "guess"}),
        ("dummy/certificate", {"kind": "price", "price": 1}),
    ],
)
def test_schemas_can_refuse(dummy_problem: Path, kind: str, value: Any) -> None:
    """The schemas are not empty."""
    with pytest.raises(jsonschema.ValidationError):
        check(value, kind)


@pytest.mark.parametrize("kind", ["", "results", "dummy/plans", "dumy", "dummy/plan/x"])
def test_unknown_kind_is_refused(dummy_problem: Path, kind: str) -> None:
    """The error names the nearest kind, or all of them."""
    with pytest.raises(pl.InputError, match="schema-unknown"):
        pl.schema(kind)

"""`schema`: the JSON Schemas of results, instances, plans and certificates."""

from collections.abc import Sequence
from typing import Any

from planner.catalog import Problem, get, names
from planner.loading.words import suggest
from planner.models.base.artefacts import Certificate, Plan
from planner.models.base.errors import InputError, refuse

DIALECT = "https://json-schema.org/draft/2020-12/schema"
RESULT = "result"


def schema_kinds() -> tuple[str, ...]:
    """Return every kind that `schema` takes."""
    parts = [(name, f"{name}/plan", f"{name}/certificate") for name in names()]
    return (RESULT, *(kind for group in parts for kind in group))


def schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a kind of document.

    Parameters
    ----------
    kind
        `result`, `<problem>` (its instances), `<problem>/plan` or `<problem>/certificate`.

    Raises
    ------
    InputError
        `schema-unknown`, with the kinds there are.

    """
    if kind == RESULT:
        from planner.results.result import Result

        return _headed(kind, Result.model_json_schema(mode="serialization"))
    problem, _, part = kind.partition("/")
    if problem not in names() or part not in ("", "plan", "certificate"):
        raise _unknown(kind)
    entry = get(problem)
    if not part:
        return _headed(kind, entry.model_room().Instance.model_json_schema(by_alias=True))
    return _headed(kind, _artefacts(entry, part))


def _unknown(kind: str) -> InputError:
    fix = suggest(kind, schema_kinds(), "kinds")
    return refuse("schema-unknown", f"there is no schema `{kind}`", fix, path="kind")


def _artefacts(problem: Problem, part: str) -> dict[str, Any]:
    """Return one schema for all kinds of plan (or certificate), told apart by `kind`."""
    from pydantic import TypeAdapter

    from planner.results.columns import Reference

    room = problem.model_room()
    classes: Sequence[type[Plan | Certificate]] = (
        room.PLANS if part == "plan" else room.CERTIFICATES
    )
    found: dict[str, Any] = {"anyOf": [], "$defs": {}}
    for model in classes:
        one = TypeAdapter(model).json_schema(mode="serialization")
        found["$defs"] |= one.pop("$defs", {})
        found["$defs"][model.__name__] = one
        found["anyOf"].append({"$ref": f"#/$defs/{model.__name__}"})
    found["$defs"] = {name: _with_references(one) for name, one in found["$defs"].items()}
    found["$defs"]["Reference"] = Reference.model_json_schema()
    return found


def _with_references(value: Any) -> Any:
    """Return a schema in which every array of numbers may be a reference to the `.npz`."""
    if isinstance(value, list):
        return [_with_references(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _holds_numbers(value):
        about = {key: value[key] for key in ("title", "description", "default") if key in value}
        bare = {key: item for key, item in value.items() if key not in about}
        return {**about, "anyOf": [bare, {"$ref": "#/$defs/Reference"}]}
    return {key: _with_references(item) for key, item in value.items()}


def _holds_numbers(value: dict[str, Any]) -> bool:
    if value.get("type") != "array":
        return False
    items = value.get("items", {})
    return items.get("type") in ("integer", "number") or _holds_numbers(items)


def _headed(kind: str, found: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": DIALECT, "$id": f"planner:{kind}", **found, "title": kind}

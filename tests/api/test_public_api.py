"""What users may rely on: the names `planner` exports, and their parameters."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pydantic
import pytest

import planner

SNAPSHOT = Path(__file__).parent / "public_api.txt"


def describe(name: str) -> list[str]:
    """Return the lines of the snapshot for one public name."""
    value = getattr(planner, name)
    if inspect.isclass(value) and issubclass(value, pydantic.BaseModel):
        members = [member for member, found in vars(value).items() if is_own(member, found)]
        return [f"{name}: {', '.join([*value.model_fields, *sorted(members)])}"]
    if inspect.isclass(value) and issubclass(value, Exception):
        return [f"{name}({value.__mro__[1].__name__})"]
    if callable(value):
        signature = inspect.signature(value)
        bare = [
            parameter.replace(
                annotation=inspect.Parameter.empty,
                default=... if callable(parameter.default) else parameter.default,
            )
            if parameter.default is not inspect.Parameter.empty
            else parameter.replace(annotation=inspect.Parameter.empty)
            for parameter in signature.parameters.values()
        ]
        plain = signature.replace(parameters=bare, return_annotation=inspect.Signature.empty)
        return [f"{name}{plain}"]
    return [f"{name}: {type(value).__name__}"]


def is_own(name: str, value: object) -> bool:
    """Return whether a class member is a public method or property of ours."""
    kinds = (property, classmethod)
    return not name.startswith(("_", "model_")) and (
        isinstance(value, kinds) or inspect.isfunction(value)
    )


def test_public_api_is_as_published() -> None:
    """A change of a public name or parameter has to be meant: edit the snapshot with it."""
    lines = [line for name in planner.__all__ for line in describe(name)]
    assert "\n".join(lines) + "\n" == SNAPSHOT.read_text(encoding="utf-8")


def test_names_for_type_checkers_are_the_names_at_run_time() -> None:
    """What `TYPE_CHECKING` imports is what `__getattr__` finds and `__all__` lists."""
    tree = ast.parse(Path(planner.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imported = {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == planner._MODULE
    assert sorted([*imported, "__version__"]) == sorted(planner.__all__) == dir(planner)


def test_every_name_has_a_docstring() -> None:
    """Everything public says what it is."""
    for name in planner.__all__:
        if name != "__version__":
            assert inspect.getdoc(getattr(planner, name)), name


def test_unknown_name_is_an_attribute_error() -> None:
    """Lazy names do not hide typing errors."""
    with pytest.raises(AttributeError, match="no attribute 'slove'"):
        planner.slove  # noqa: B018


def test_import_is_light() -> None:
    """`import planner` loads nothing but the standard library; verbs load no solver."""
    code = (
        "import sys, planner; print(sorted({'numpy', 'pydantic', 'yaml'} & sys.modules.keys()));"
        "planner.solve, planner.verify, planner.compare, planner.methods('flow_splitting');"
        "heavy = {'highspy', 'ortools', 'cvxpy', 'pulp', 'networkx', 'scipy', 'rich', 'pint'};"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:2] == ["[]", "[]"], done.stderr

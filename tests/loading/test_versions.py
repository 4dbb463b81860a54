"""Schema versions: missing, old, too new, and the steps between them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.loading import load_instance
from planner.models.base.errors import Finding

Write = Callable[..., Path]
Refused = Callable[..., list[Finding]]


def test_old_versions_are_migrated_in_order(write: Write) -> None:
    """Version 1 passes through both steps, and the instance has the present version."""
    path = write("problem: depot\nschema_version: 1\nname: a\ncolor: GREEN\n", head=False)
    instance: Any = load_instance(path)
    assert (instance.schema_version, instance.colour) == (3, "green")


def test_overrides_apply_after_migration(write: Write) -> None:
    """An override names a field of the present version."""
    path = write("problem: depot\nschema_version: 2\nname: a\ncolour: GREEN\n", head=False)
    instance: Any = load_instance(path, overrides=["colour=red"])
    assert instance.colour == "red"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("schema_version: 4", "schema-version-new"),
        ("schema_version: 99999999999999999999999", "schema-version-new"),
        ("schema_version: 0", "schema-version-old"),
        ("schema_version: -5", "schema-version-old"),
        ("schema_version: '3'", "wrong-type"),
        ("schema_version: true", "wrong-type"),
        ("schema_version: 3.0", "wrong-type"),
        ("schema_version:", "wrong-type"),
        ("schema_version: 1", "schema-migration"),
        ("schema_version: 2\ncolour: 7", "schema-migration"),
    ],
)
def test_versions_that_cannot_be_read(line: str, code: str, write: Write, refused: Refused) -> None:
    """Versions of the future or a lost past, of a wrong type, and failing steps are refused."""
    (found,) = refused(write(f"problem: depot\nname: a\n{line}\n", head=False))
    assert (found.code, found.line) == (code, 3)


def test_too_new_asks_to_upgrade(write: Write, refused: Refused) -> None:
    """The fix for a file of the future is a newer planner."""
    (found,) = refused(write("problem: depot\nname: a\nschema_version: 4\n", head=False))
    assert "Upgrade topoplan" in found.fix


def test_missing_version_does_not_hide_the_rest(write: Write, refused: Refused) -> None:
    """Without a version the file is read as the present one, so that all faults show."""
    found = refused(write("problem: depot\nname: a\nlimit: 99\n", head=False))
    assert [(finding.code, finding.path) for finding in found] == [
        ("missing-key", "schema_version"),
        ("out-of-range", "limit"),
    ]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("problm: depot\n", "missing-key", "Did you mean it by `problm`?"),
        ("name: a\n", "missing-key", "`flow_splitting`"),
        ("problem: depto\n", "problem-unknown", "Did you mean `depot`?"),
        ("problem: 7\n", "wrong-type", "in quotes"),
        ("problem:\n", "wrong-type", "nothing (null)"),
    ],
)
def test_problem_is_found_first(
    text: str, code: str, said: str, write: Write, refused: Refused
) -> None:
    """Without a known problem there is one clear finding."""
    (found,) = refused(write(text, head=False))
    assert found.code == code
    assert said in str(found)
    assert found.line == 1

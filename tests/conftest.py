"""Fixtures for every folder of tests."""

import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.catalog.registry import problems

DUMMY = Path(__file__).parent / "dummy_problem"


@pytest.fixture(scope="module")
def dummy_problem(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The distribution in `dummy_problem`, visible to this process and its children.

    The metadata that an installer would write go to a folder of their own on the path, so that the
    problem is found by its entry point.
    """
    site = tmp_path_factory.mktemp("site")
    project = tomllib.loads((DUMMY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = site / f"planner_dummy-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\n",
        encoding="utf-8",
    )
    points = project["entry-points"]["planner.problems"]
    lines = ["[planner.problems]", *(f"{name} = {value}" for name, value in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    folders = [str(DUMMY), str(site)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*folders, *sys.path])
        kept = [path for path in (os.environ.get("PYTHONPATH"),) if path]
        patch.setenv("PYTHONPATH", os.pathsep.join([*folders, *kept]))
        problems.cache_clear()
        yield DUMMY
    problems.cache_clear()

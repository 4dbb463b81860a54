"""Which versions are trusted, and how they are found."""

import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from planner.models.base.errors import BackendError
from planner.solvers.engines import versions


@pytest.fixture
def forget() -> None:
    """Let the next look-up ask again."""
    versions._version.cache_clear()


@pytest.mark.parametrize("release", ["1.14.0", "1.14.0rc1", "1.15.2", "2.0", "1.11.9", "nonsense"])
@pytest.mark.usefixtures("forget")
def test_a_version_outside_the_pins_is_refused(
    release: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HiGHS 1.14 gives wrong optima; the error says what to install."""
    monkeypatch.setattr(metadata, "version", lambda name: release)
    with pytest.raises(BackendError, match=r"highspy>=1\.12,<1\.14"):
        versions.require("highs")
    versions._version.cache_clear()


def test_a_highs_that_is_not_the_one_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts in the end is the library that was imported."""
    import highspy
    import numpy as np
    from scipy import sparse

    from planner.solvers.contract import Run
    from planner.solvers.engines.highs import solve_lp

    monkeypatch.setattr(highspy.Highs, "version", lambda self: "1.14.0")
    one = np.ones(1)
    with pytest.raises(BackendError, match=r"1\.14\.0"):
        solve_lp(one, sparse.csr_array([[1.0]]), one, one, one, one, run=Run())


@pytest.mark.usefixtures("forget")
def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says how to get it."""

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    with pytest.raises(BackendError, match=r"scs is not installed|cvxpy is not installed"):
        versions.require("scs")
    assert versions.installed() == {}
    versions._version.cache_clear()


def test_the_pins_are_those_of_the_project() -> None:
    """One range per library, in the project file and here."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    for name, (low, high) in versions.PINS.items():
        assert f"{name}>={low},<{high}" in project["project"]["dependencies"]


def test_versions_are_found_without_importing_anything() -> None:
    """A list of versions costs no solver import."""
    code = (
        "import sys; from planner.solvers.engines.versions import installed; found = installed();"
        "assert set(found) >= {'highspy', 'pulp', 'ortools', 'cvxpy', 'clarabel', 'scs'}, found;"
        "assert not set(found) & set(sys.modules), set(found) & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

"""Result files of earlier versions stay readable and verifiable."""

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import planner as pl
from planner.catalog import get
from planner.results.document import document

GOLDEN = Path(__file__).parent / "golden"
RESULTS = sorted(GOLDEN.glob("*.json"))

pytestmark = pytest.mark.usefixtures("dummy_problem")


def understood(old: Any, now: Any) -> bool:
    """Return whether every value of an old document stands in the new one; keys may be added."""
    if isinstance(old, dict) and isinstance(now, dict):
        return all(key in now and understood(value, now[key]) for key, value in old.items())
    return bool(old == now)


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_golden_result_verifies(path: Path) -> None:
    """Old files are never written anew: whoever kept one can still verify it."""
    found = pl.verify(path)
    assert found, found.violations


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_golden_result_is_read_in_full(path: Path) -> None:
    """Every key of an old file is still understood, and valid by today's schema."""
    values = json.loads(path.read_text(encoding="utf-8"))
    now = document(pl.Result.load(path))[0]
    assert understood(values, now)
    jsonschema.Draft202012Validator(pl.schema("result")).validate(now)


@pytest.mark.parametrize("name", ["explicit", "infeasible", "by_word", "tried_all"])
def test_golden_result_verifies_once_read(name: str, tmp_path: Path) -> None:
    """That an old file does not name the class of its bound is no edit of it."""
    result = pl.Result.load(GOLDEN / f"{name}.json")
    assert "bound_scope" not in result.model_fields_set
    assert pl.verify(result)
    assert pl.verify(result.save(tmp_path / "again.json")[0])


@pytest.mark.parametrize("problem", ["dummy", "flow_splitting"])
def test_every_kind_has_a_golden_result(problem: str) -> None:
    """Each plan kind is kept; a new kind needs a new file."""
    results = [pl.Result.load(path) for path in RESULTS]
    kept = {result.plan.kind for result in results if result.problem == problem and result.plan}
    plans = get(problem).model_room().PLANS
    assert kept == {plan.model_fields["kind"].default for plan in plans}


def test_every_strength_of_proof_has_a_golden_result() -> None:
    """Each bound source, each status, a side-car and baselines are kept."""
    results = [pl.Result.load(path) for path in RESULTS]
    assert {result.bound_source for result in results} >= {
        *("certificate", "enumeration", "solver", None)
    }
    assert {result.status for result in results} >= {
        *("optimal", "feasible", "infeasible", "violates_limits")
    }
    assert any(result.instance.sidecars for result in results)
    assert any(result.baselines for result in results)


def test_golden_npz_is_needed(tmp_path: Path) -> None:
    """The golden result with a long plan has its numbers in the `.npz`."""
    shutil.copy(GOLDEN / "long.json", tmp_path)
    assert "sidecar-missing" in {
        found.code for found in pl.verify(tmp_path / "long.json").violations
    }

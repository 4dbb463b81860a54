"""A result that was tampered with is refused by name, even when it was sealed again."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from suite import KINDS, Run, result_of, run_with

import planner as pl
from planner.results.document import document, seal


@pytest.fixture(params=KINDS, ids="-".join)
def run(request: pytest.FixtureRequest) -> Run:
    """A run for every plan kind of every problem."""
    return run_with(*request.param)


def stored(run: Run, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """Save the result of a run; return the file and its values."""
    path = tmp_path / "a.result.json"
    result_of(run).save(path)
    return path, json.loads(path.read_text(encoding="utf-8"))


def verdict(path: Path, values: dict[str, Any], run: Run, *, sealed: bool = True) -> set[str]:
    """Write changed values and return the codes of the violations that `verify` finds."""
    if sealed:
        values["sha256"] = seal(values)
    path.write_text(json.dumps(values), encoding="utf-8")
    verification = pl.verify(path, data_dir=run.folder)
    assert verification.ok is not bool(verification.violations)
    return {violation.code for violation in verification.violations}


def changed(value: Any) -> Any:
    """Return a different value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value * 2 + 1
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, list):
        return [*value, value[0]] if value else [1]
    if isinstance(value, dict):
        return {**value, "planted": 1}
    return 1


def test_untouched_result_verifies(run: Run, tmp_path: Path) -> None:
    """What was just written verifies, sealed or re-sealed."""
    path, values = stored(run, tmp_path)
    assert pl.verify(path, data_dir=run.folder).ok
    assert verdict(path, values, run) == set()


def test_result_round_trips(run: Run, tmp_path: Path) -> None:
    """Reading a file gives back the result that was written."""
    path, _ = stored(run, tmp_path)
    again = pl.Result.load(path)
    assert document(again)[0] == document(result_of(run))[0]


def test_any_edit_breaks_the_seal(run: Run, tmp_path: Path) -> None:
    """A change of any top-level key is refused, the digest itself included."""
    path, values = stored(run, tmp_path)
    for key in values:
        edited = copy.deepcopy(values)
        edited[key] = changed(edited[key])
        assert verdict(path, edited, run, sealed=False), key


@pytest.mark.parametrize("factor", [0.5, 1.5])
def test_false_claims_are_recomputed(run: Run, tmp_path: Path, factor: float) -> None:
    """A false objective, bound, gap or status is found although the file was sealed again."""
    path, values = stored(run, tmp_path)
    edits: dict[str, Any] = {"bound": values["bound"] * factor, "gap": (values["gap"] or 1) + 0.1}
    edits["objective"] = {**values["objective"], "value": values["objective"]["value"] * factor}
    edits["status"] = "feasible" if values["status"] == "optimal" else "optimal"
    for key, value in edits.items():
        found = verdict(path, {**copy.deepcopy(values), key: value}, run)
        assert any(code.startswith((key, "gap", "status")) for code in found), (key, found)


def test_false_digest_is_found(run: Run, tmp_path: Path) -> None:
    """An instance that was changed or a digest that does not fit is named."""
    path, values = stored(run, tmp_path)
    edited = copy.deepcopy(values)
    edited["instance"]["sha256"] = "0" * 64
    assert "digest-instance" in verdict(path, edited, run)
    edited = copy.deepcopy(values)
    edited["instance"]["data"]["name"] += "x"
    assert "digest-instance" in verdict(path, edited, run)


def columns(part: dict[str, Any], place: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return where columns stand in the JSON of a plan, records within it included."""
    found = []
    for key, value in part.items():
        if isinstance(value, list) and value:
            found.append((*place, key))
        elif isinstance(value, dict) and "npz" not in value:
            found += columns(value, (*place, key))
    return found


def column_at(part: Any, place: tuple[str, ...]) -> Any:
    """Return the column at a place."""
    for key in place:
        part = part[key]
    return part


def test_broken_plan_is_refused(run: Run, tmp_path: Path) -> None:
    """A changed, missing or surplus entry in a plan never passes unless the plan is as good."""
    path, values = stored(run, tmp_path)
    refused = []
    for place in columns(values["plan"]):
        edited = copy.deepcopy(values)
        column = column_at(edited["plan"], place)
        column[0] = changed(column[0]) if not isinstance(column[0], dict) else {}
        refused.append(bool(verdict(path, edited, run)))
        edited = copy.deepcopy(values)
        del column_at(edited["plan"], place)[-1]
        refused.append(bool(verdict(path, edited, run)))
    if not refused:  # all columns lie in the side file
        side = path.with_suffix(".npz")
        side.write_bytes(side.read_bytes()[:-100] + bytes(100))
        refused.append(bool(verdict(path, values, run)))
    assert all(refused)


def test_broken_certificate_is_refused(run: Run, tmp_path: Path) -> None:
    """A certificate that claims more than it proves is refused, at any depth.

    An edit may leave a proof of the same bounds; that is no lie.
    """
    path, values = stored(run, tmp_path)
    proved = checked_bounds(run, path)
    refused = []
    for place in numbers(values["certificate"]):
        edited = copy.deepcopy(values)
        part = edited["certificate"]
        for key in place[:-1]:
            part = part[key]
        part[place[-1]] = changed(part[place[-1]])
        refused.append(bool(verdict(path, edited, run)))
        assert refused[-1] or checked_bounds(run, path) == proved, place
    assert any(refused)


def checked_bounds(run: Run, path: Path) -> dict[str, float]:
    """Return what the certificate of a stored result proves."""
    room = pl.problems()[[p.name for p in pl.problems()].index(run.problem)].model_room()
    stored_result = pl.Result.load(path)
    instance = pl.load(dict(stored_result.instance.data), folder=run.folder)
    return dict(room.check_certificate(instance, stored_result.certificate).bounds)


def numbers(value: Any, place: tuple[Any, ...] = ()) -> Any:
    """Yield the place of a few numbers inside a certificate: every scalar, and first entries."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from numbers(item, (*place, key))
    elif isinstance(value, list):
        for index, item in list(enumerate(value))[:1]:
            yield from numbers(item, (*place, index))
    elif isinstance(value, float) and value:
        yield place

"""Faults of instances are reported by code and place; reasons and exports are as promised."""

import csv
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import planner as pl
from planner.cli.main import main


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"objective": "required_bandwidth"}, "target-missing", "target_utilisation"),
        ({"link": {"participants": 3}}, "bandwidth-missing", "link.bandwidth"),
        ({"choices__schedules": []}, "choice-empty", "choices.schedules"),
        ({"choices__outer_bits": [16, 16]}, "choice-repeated", "choices.outer_bits"),
        ({"choices__fragment_layers": [7]}, "fragment-too-large", "choices.fragment_layers[0]"),
        ({"choices__overlap_steps": [1, 10]}, "overlap-too-long", "choices.overlap_steps[1]"),
        ({"choices__inner_steps": list(range(2, 900))}, "variants-too-many", "choices"),
        ({"search": {"lowest": "9 Gbit/s", "highest": "1 Gbit/s"}}, "search-empty", "search"),
        ({"units": "normalised", "link__bandwidth": 1}, "units-physical", "units"),
        ({"model__step_time": "0 s"}, "out-of-range", "model.step_time"),
        ({"target_utilisation": 1.0}, "out-of-range", "target_utilisation"),
        ({"link__participants": 1}, "out-of-range", "link.participants"),
    ],
)
def test_faults_are_named(make: Any, changes: dict[str, Any], code: str, path: str) -> None:
    """Every fault has its code and the place it stands at."""
    with pytest.raises(pl.InputError) as caught:
        make(**changes)
    found = [(each.code, each.path) for each in caught.value.findings]
    assert any(name == code and path in where for name, where in found), found


def test_all_faults_at_once(make: Any) -> None:
    """Several faults are reported together."""
    with pytest.raises(pl.InputError) as caught:
        make(choices__schedules=[], link={}, choices__inner_steps=[4, 4])
    codes = {each.code for each in caught.value.findings}
    assert codes == {"choice-empty", "choice-repeated", "bandwidth-missing"}


def test_unused_choices_are_not_checked(make: Any) -> None:
    """Without streaming schedules the size of fragments does not matter."""
    assert make(choices__schedules=["dp"], choices__fragment_layers=[99])


def test_reasons_name_the_limit_that_binds(make: Any) -> None:
    """With two limits each reason tells the least value beside the other limit."""
    instance = make(
        choices__schedules=["diloco", "overlap"],
        choices__inner_steps=[10, 40],
        limits={"memory_overhead": "1 GB", "synchronisation_period": 20},
    )
    result = pl.solve(instance)
    assert result.status == "infeasible"
    assert [reason.constraint for reason in result.why] == ["limits.memory_overhead"]
    assert "4800000000 B" in result.why[0].message
    both = make(
        choices__schedules=["overlap", "co2"],
        offload=True,
        limits={"memory_overhead": "2 GB", "staleness": 0},
    )
    assert {reason.constraint for reason in pl.solve(both).why} == {"limits.staleness"}


def test_mending_as_told_gives_a_plan(make: Any) -> None:
    """The least value in a reason is one with which there is a plan, and less is none."""
    instance = make(choices__schedules=["diloco"], limits={"memory_overhead": "1 GB"})
    assert "4800000000 B" in pl.solve(instance).why[0].message
    for limit, status in (("4.8 GB", "optimal"), ("4.79 GB", "infeasible")):
        result = pl.solve(instance, overrides=[("limits.memory_overhead", limit)])
        assert result.status == status


@pytest.fixture
def stored(make: Any, tmp_path: Path) -> Path:
    """A result on disk."""
    path = tmp_path / "a.result.json"
    pl.solve(make(target_utilisation=0.9, choices__inner_steps=[10, 20])).save(path)
    return path


def rows_of(stored: Path, kind: str) -> list[dict[str, str]]:
    out = stored.with_name("out.csv")
    done = CliRunner().invoke(main, ["export", kind, str(stored), "-o", str(out)])
    assert done.exit_code == 0, done.output
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_curves_are_exported(stored: Path) -> None:
    """One line per bandwidth; the plan's column is its metric, and CO2 never loses to DP here."""
    result = pl.Result.load(stored)
    rows = rows_of(stored, "utilisation-csv")
    assert [float(row["gbit_s"]) for row in rows] == result.metrics["curve_gbit_s"]
    assert [float(row["plan"]) for row in rows] == result.metrics["utilisation_curve"]
    assert all(float(row["co2"]) >= float(row["dp"]) for row in rows)


def test_front_is_exported(stored: Path) -> None:
    """The first line of the front is the plan's."""
    result = pl.Result.load(stored)
    rows = rows_of(stored, "variants-csv")
    assert float(rows[0]["utilisation"]) == result.value
    assert [row["variant"] for row in rows] == list(result.certificate.front_variant)  # type: ignore[union-attr]
    assert [int(row["staleness"]) for row in rows][-1] == 0


def test_front_of_a_baseline_is_refused(make: Any, tmp_path: Path) -> None:
    """A baseline has tried nothing else, so there is no front to export."""
    path = tmp_path / "b.result.json"
    pl.solve(make(), "dp").save(path)
    done = CliRunner().invoke(
        main, ["export", "variants-csv", str(path), "-o", str(tmp_path / "x")]
    )
    assert done.exit_code == 2
    assert "exhaustive" in done.output


def test_explain_tells_what_hides_and_what_else_there_is(stored: Path) -> None:
    """The bandwidth from which nothing waits, then one line per variant of the front."""
    told = pl.explain(stored)
    front = pl.Result.load(stored).certificate.front_variant  # type: ignore[union-attr]
    assert told.reasons[0].constraint == "link.bandwidth"
    assert [reason.where for reason in told.reasons[1:]] == list(front)


def test_baselines_compare(make: Any) -> None:
    """`compare` sets the published methods side by side under the proven bound."""
    table = pl.compare(make(), ["exhaustive", "dp", "diloco", "streaming", "overlap", "co2"])
    values = [row.objective.value for row in table.rows if row.objective is not None]
    assert len(values) == 6
    assert max(value or 0.0 for value in values) == values[0]
    assert table.bound_source == "enumeration"

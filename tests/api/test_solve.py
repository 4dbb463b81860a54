"""`solve`: methods, limits, seeds, interruptions, and what an earlier plan is good for."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import planner as pl
from planner.solvers.contract import Answer, Method, Progress

Planted = Callable[..., None]


@pytest.fixture
def plant(dummy_problem: Path, monkeypatch: pytest.MonkeyPatch) -> Planted:
    """Return a function that adds a method to the dummy problem."""
    import planner_dummy.solvers as room
    import planner_dummy.solvers.methods as module

    def add(function: Callable[..., Answer], **about: Any) -> None:
        monkeypatch.setattr(module, "planted", function, raising=False)
        entry = "planner_dummy.solvers.methods:planted"
        method = Method(**{"name": "planted", "proves": "exact", "summary": "", "entry": entry}
                        | about)  # fmt: skip
        monkeypatch.setattr(room, "METHODS", (*room.METHODS, method))

    return add


def test_sources_are_alike(file: Path, data: dict[str, Any]) -> None:
    """A path, its text, data and a loaded instance give the same plan."""
    results = [pl.solve(source) for source in (file, str(file), data, pl.load(file))]
    assert {result.value for result in results} == {8.0}
    assert len({result.instance.sha256 for result in results}) == 1
    assert results[0].instance.source == "five.yaml"
    assert results[0].provenance.timing.load is not None
    assert results[3].provenance.timing.load is None


def test_auto_says_what_it_picked(data: dict[str, Any]) -> None:
    """The result names the method that ran, and the notes say why."""
    result = pl.solve(data)
    assert result.method == "sort"
    assert result.provenance.options["method"] == "auto"
    assert result.provenance.notes == ("auto picked `sort`: sorting is exact at any size",)


def test_overrides_are_applied_and_recorded(file: Path) -> None:
    """Overrides work on files and on loaded instances, and stand in the result."""
    for source in (file, pl.load(file)):
        result = pl.solve(source, overrides=[("choose", 3)])
        assert (result.value, result.instance.overrides) == (16.0, {"choose": 3})
        assert result.instance.data["choose"] == 3
    assert pl.solve(file, overrides=["choose=3"]).value == 16.0


def test_unknown_method_is_refused_with_the_nearest(data: dict[str, Any]) -> None:
    """A typing error in a method's name is told with what was probably meant."""
    with pytest.raises(pl.InputError, match=r"method-unknown.*`sort`"):
        pl.solve(data, "srot")


def test_method_that_refuses_names_others(data: dict[str, Any]) -> None:
    """A refusal says why, and which methods would take the instance."""
    with pytest.raises(pl.CapabilityError, match=r"at most 20 numbers.*Methods that can: sort,"):
        pl.solve({**data, "numbers": list(range(30))}, "try_all")


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"time_limit": 0}, "budget"),
        ({"time_limit": float("nan")}, "budget"),
        ({"gap": -0.1}, "budget"),
        ({"gap": float("inf")}, "budget"),
        ({"workers": 0}, "budget"),
        ({"budget": pl.Budget(), "gap": 0.1}, "budget"),
        ({"budget": pl.Budget(time_limit=-1)}, "budget"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"options": {"gap": 0.1}}, "option-name"),
    ],
)
def test_impossible_limits_are_refused(
    data: dict[str, Any], limits: dict[str, Any], code: str
) -> None:
    """Limits are checked before any work is done."""
    with pytest.raises(pl.InputError) as error:
        pl.solve(data, **limits)
    assert error.value.findings[0].code == code


def test_limits_reach_the_method(data: dict[str, Any], plant: Planted) -> None:
    """Method, seed, options and budget are what was asked for; loading counts as elapsed."""
    seen: list[Any] = []

    def look(instance: Any, run: Any) -> Answer:
        seen.append((run.budget, run.seed, dict(run.options)))
        return Answer(stopped_by="gap")

    plant(look, options={"steps": "how many"})
    pl.solve(data, "planted", time_limit=9, gap=0.1, workers=2, seed=5, options={"steps": 3})
    budget = pl.Budget(time_limit=9, gap=0.1, workers=2)
    assert seen == [(budget, 5, {"steps": 3})]
    pl.solve(data, "planted", budget=budget)
    assert seen[1] == (budget, 0, {})


def test_time_limit_stops_and_is_not_optimal(data: dict[str, Any]) -> None:
    """A method that runs out of time keeps its best plan, and is not deterministic any more."""
    result = pl.solve(data, "stroll", time_limit=0.05, options={"steps": 10_000, "pause": 0.01})
    assert (result.status, result.stopped_by) == ("feasible", "time")
    assert not result.deterministic
    assert result.verified


def test_interrupt_keeps_the_best_plan(data: dict[str, Any]) -> None:
    """Ctrl-C is no exception here: the incumbent comes back, re-checked like any plan."""

    def interrupt(progress: Progress, answer: Answer | None) -> None:
        if progress.objective is not None and progress.objective <= 8:
            raise KeyboardInterrupt

    result = pl.solve(data, "stroll", progress=interrupt)
    assert (result.status, result.stopped_by, result.value) == ("feasible", "interrupt", 8.0)
    assert result.verified
    assert not result.deterministic


def test_interrupt_before_any_plan_gives_none(data: dict[str, Any], plant: Planted) -> None:
    """Without an incumbent the result is `unknown`."""

    def interrupted(instance: Any, run: Any) -> Answer:
        raise KeyboardInterrupt

    plant(interrupted)
    result = pl.solve(data, "planted")
    assert (result.status, result.stopped_by, result.plan) == ("unknown", "interrupt", None)
    assert result.objective is None


def test_lack_of_memory_keeps_the_best_plan(data: dict[str, Any], plant: Planted) -> None:
    """A method that runs out of memory is stopped by a limit like any other."""

    def greedy(instance: Any, run: Any) -> Answer:
        from planner_dummy.solvers.methods import first

        run.report("solve", answer=first(instance, run))
        raise MemoryError

    plant(greedy)
    result = pl.solve(data, "planted")
    assert (result.status, result.stopped_by, result.value) == ("feasible", "memory", 8.0)


def test_progress_and_trace(data: dict[str, Any]) -> None:
    """Listeners hear of every incumbent; the result keeps the trace."""
    heard: list[tuple[str, float | None]] = []
    result = pl.solve(
        data,
        "stroll",
        options={"steps": 3},
        progress=lambda progress, answer: heard.append((progress.phase, progress.objective)),
    )
    assert heard == [("build", None), ("solve", 17.0), ("solve", 11.0), ("solve", 8.0)]
    assert [point.objective for point in result.provenance.trace] == [17.0, 11.0, 8.0]
    assert result.provenance.timing.build is not None


def test_same_seed_same_plan(data: dict[str, Any]) -> None:
    """Random methods depend on the seed and on nothing else."""
    numbers = np.arange(50).tolist()
    plans = [
        pl.solve({**data, "numbers": numbers, "choose": 9}, "draw", seed=seed).data()["plan"]
        for seed in (1, 1, 2)
    ]
    assert plans[0] == plans[1] != plans[2]


def test_worker_process_solves_alike(data: dict[str, Any]) -> None:
    """A method in the worker process finds what it finds here."""
    here, there = pl.solve(data, "sort"), pl.solve(data, "worker_sort")
    assert (there.status, there.verified, there.value) == ("optimal", True, here.value)
    assert there.data()["plan"] == here.data()["plan"]


def test_library_installs_no_log_handlers(
    data: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Logs go to `planner.*`; where they end is for the application to say."""
    with caplog.at_level(logging.INFO, logger="planner"):
        pl.solve(data)
    assert {record.name for record in caplog.records} == {
        "planner.api.running",
        "planner.results.judge",
    }
    assert not logging.getLogger("planner").handlers


class TestPrevious:
    """An earlier plan on a changed instance."""

    def test_plan_that_is_as_good_is_kept(self, data: dict[str, Any]) -> None:
        """Of plans that are equally good the old one means the fewest changes."""
        twins = {**data, "numbers": [3, 3, 3, 1, 9]}
        from planner_dummy.models.plan import ExplicitPlan

        old = pl.evaluate(twins, ExplicitPlan(chosen=np.array([1, 2])))
        result = pl.solve(twins, previous=old)
        assert result.data()["plan"]["chosen"] == [1, 2]
        assert (result.status, result.bound_source) == ("optimal", "certificate")
        assert "kept, with no change" in result.provenance.notes[-1]
        assert result.metrics["changed_parts"] == 0
        assert pl.verify(result)

    def test_better_plan_replaces_it(self, data: dict[str, Any], tmp_path: Path) -> None:
        """An old plan is dropped for a better one; it may be given as a file."""
        pl.solve(data).save(tmp_path / "old.json")
        result = pl.solve({**data, "numbers": [5, 3, 2, 1, 9]}, previous=tmp_path / "old.json")
        assert (result.value, result.data()["plan"]["chosen"]) == (5.0, [2, 1])
        assert "better" in result.provenance.notes[-1]

    def test_changes_are_counted(
        self, data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What the problem's own `changes` counts is a metric, and stands in the notes."""
        import planner_dummy.models as room

        def hook(old: Any, new: Any) -> int:
            return len(set(new.chosen.tolist()) - set(old.chosen.tolist()))

        old = pl.solve(data)
        monkeypatch.setattr(room, "changes", hook, raising=False)
        better = pl.solve({**data, "numbers": [5, 3, 2, 1, 9]}, previous=old)
        assert better.metrics["changed_parts"] == 1
        assert better.provenance.notes[-1].endswith("replaced by a better one; 1 part changed.")
        broken = pl.solve({**data, "forbidden": [0, 1]}, previous=old)
        assert broken.metrics["changed_parts"] == 2
        assert broken.provenance.notes[-1].endswith("The plan is new; 2 parts changed.")
        assert pl.verify(better)
        assert pl.verify(broken)

    def test_changes_are_unknown_without_a_count(self, data: dict[str, Any]) -> None:
        """Without the hook nothing is made up; without an earlier plan there is no metric."""
        old = pl.solve(data)
        result = pl.solve({**data, "numbers": [5, 3, 2, 1, 9]}, previous=old)
        assert result.metrics["changed_parts"] is None
        assert result.provenance.notes[-1].endswith("replaced by a better one.")
        assert "changed_parts" not in old.metrics

    def test_no_plan_at_all(self, data: dict[str, Any], plant: Planted) -> None:
        """Where the old plan is broken and the method finds none, no plan is called new."""
        plant(lambda instance, run: Answer(stopped_by="time"))
        result = pl.solve({**data, "forbidden": [0, 1]}, "planted", previous=pl.solve(data))
        assert result.plan is None
        assert result.provenance.notes[-1].endswith("No new plan was found.")

    def test_later_objectives_count(self, data: dict[str, Any]) -> None:
        """A plan with the same first objective is replaced if a later one improves."""
        from planner_dummy.models.plan import ExplicitPlan

        even = {**data, "numbers": [1, 9, 5, 5], "forbidden": []}
        old = ExplicitPlan(chosen=np.array([0, 1]))
        old_value = pl.evaluate(even, old).value
        new = pl.solve({**even, "numbers": [7, 9, 5, 5]}, previous=old)
        assert (old_value, new.value) == (10.0, 10.0)
        assert new.data()["plan"]["chosen"] == [2, 3]

    def test_broken_plan_is_told(self, data: dict[str, Any]) -> None:
        """An old plan that breaks a limit now is named in the notes, and not used."""
        old = pl.solve(data)
        result = pl.solve({**data, "forbidden": [3, 1]}, previous=old)
        assert result.value == 13.0
        assert "forbidden-number" in result.provenance.notes[-1]

    def test_method_starts_from_it(self, data: dict[str, Any], plant: Planted) -> None:
        """The method is given the old plan, and it is kept where the method finds none."""
        seen: list[Any] = []

        def look(instance: Any, run: Any) -> Answer:
            seen.append(run.previous)
            return Answer(stopped_by="time")

        plant(look)
        old = pl.solve(data)
        result = pl.solve(data, "planted", previous=old)
        assert seen == [old.plan]
        assert (result.status, result.value, result.stopped_by) == ("feasible", 8.0, "time")

    def test_plan_refutes_a_word_of_infeasibility(
        self, data: dict[str, Any], plant: Planted
    ) -> None:
        """A solver that sees no plan is not believed while there is one."""
        plant(lambda instance, run: Answer(infeasible=True, solver="oracle"))
        result = pl.solve(data, "planted", previous=pl.solve(data))
        assert (result.status, result.value) == ("feasible", 8.0)

    def test_plan_of_another_problem_is_refused(self, data: dict[str, Any]) -> None:
        """A plan of another problem is no plan at all."""
        from planner.models.base.artefacts import Plan

        class Other(Plan):
            """A plan of another problem."""

            kind: str = "other"

        with pytest.raises(pl.CapabilityError, match="explicit, rule"):
            pl.solve(data, previous=Other())

"""What a user may hand to a verb: objects already loaded, or the paths of their files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.catalog import Problem, get
from planner.loading import load_document, load_instance
from planner.models.base.artefacts import Plan
from planner.models.base.errors import CapabilityError, refuse
from planner.models.base.instance import Instance
from planner.results.document import Stored, artefact, read
from planner.results.result import Result

Override = str | tuple[str, Any]
InstanceSource = Instance | str | Path | Mapping[str, Any]
ResultSource = Result | str | Path
PlanSource = Plan | Result | str | Path | Mapping[str, Any]

_RESULT_KEYS = {"format", "instance", "provenance"}


def instance_of(
    source: InstanceSource, overrides: Sequence[Override] = (), folder: Path | None = None
) -> Instance:
    """Return the instance that `source` is, names or holds, with `overrides` applied.

    Raises `InputError` with every fault at once.
    """
    from planner.loading import replace

    if not isinstance(source, Instance):
        return load_instance(source, overrides=overrides, folder=folder)
    for override in overrides:
        if isinstance(override, str):
            message = f"`{override}` is text, but the instance is loaded already"
            raise refuse("override", message, "Give pairs of a path and a value.", path=override)
        source = replace(source, *override)
    return source


def result_of(source: ResultSource) -> Result:
    """Return the result that `source` is or names.

    Raises `InputError` for a bad file and `AuditError` for one that was edited.
    """
    return source if isinstance(source, Result) else read(Path(source)).intact_result()


def stored_result(path: Path) -> Stored | None:
    """Return the result in a file, or `None` where the file holds something else, say an instance.

    Raises `InputError` for a JSON file that cannot be read.
    """
    if path.suffix.lower() != ".json":
        return None
    stored = read(path)
    return stored if stored.values.keys() >= _RESULT_KEYS else None


def plan_of(source: PlanSource, problem: Problem) -> Plan:
    """Return the plan that `source` is, names or holds.

    Files hold a plan as JSON, YAML or TOML, or a whole result. Raises `InputError`
    (`plan-malformed`) for what is no plan of the problem.
    """
    if isinstance(source, Plan):
        return _of_problem(source, problem)
    if isinstance(source, Result):
        return _plan_in(source, problem)
    if isinstance(source, Mapping):
        return _plan_from(source, problem)
    path = Path(source)
    stored = stored_result(path)
    if stored is not None:
        return _plan_in(stored.result(), problem)
    document = load_document(path)
    return _plan_from(document.data, problem, npz=path.with_suffix(".npz"))


def problem_of(instance: Instance) -> Problem:
    """Return the catalog entry of an instance."""
    return get(instance.problem)


def _plan_from(values: Any, problem: Problem, npz: Path | None = None) -> Plan:
    if isinstance(values, Mapping):
        # What `plan-json` adds for other readers; everything in it follows from the plan.
        values = {key: value for key, value in values.items() if key != "report"}
    plan: Plan | None = artefact(problem.model_room(), "plan", values, npz)
    if plan is None:
        raise refuse("plan-malformed", "there is no plan", "Give a plan with its `kind`.")
    return plan


def _plan_in(result: Result, problem: Problem) -> Plan:
    if result.plan is None:
        message = f"the result of `{result.instance.name}` has no plan: it is {result.status}"
        raise refuse("plan-none", message, "Give a result that has one.")
    return _of_problem(result.plan, problem)


def _of_problem(plan: Plan, problem: Problem) -> Plan:
    classes: tuple[type[Plan], ...] = problem.model_room().PLANS
    if not isinstance(plan, classes):
        kinds = [model.model_fields["kind"].default for model in classes]
        raise CapabilityError(
            f"a {type(plan).__name__} is no plan of {problem.name}; "
            f"its plans are of the kinds {', '.join(kinds)}."
        )
    return plan

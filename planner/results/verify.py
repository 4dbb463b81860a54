"""Re-checks a result from its file alone: no solver, no trust in any figure."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from planner.catalog import get
from planner.loading import validate
from planner.models.base.errors import AuditError, InputError
from planner.models.base.evaluation import CheckedBound, Evaluation, Violation
from planner.models.base.instance import Instance, digest
from planner.results.claims import compare, mismatch
from planner.results.document import UNREADABLE, document, read, seal
from planner.results.figures import Figures, weigh
from planner.results.judge import recompute, tolerance_of
from planner.results.result import Result
from planner.results.verification import Verification
from planner.solvers.contract import Answer


def verify(result: Result | str | Path, data_dir: str | Path | None = None) -> Verification:
    """Re-check every claim of a result: digests, plan, proof, and each figure.

    Parameters
    ----------
    result
        A result, or the path of its file.
    data_dir
        Folder of the side-cars of the instance; beside the result file if not given.

    Returns
    -------
    Verification
        With a violation for each claim that does not hold. Nothing is raised for a result that is
        wrong.

    Raises
    ------
    InputError
        When there is no file, or it holds no JSON object.

    """
    start = time.perf_counter()
    broken: list[Violation] = []
    if isinstance(result, Result):
        found: Result | None = result
        if result.sha256 != seal(document(result)[0]):
            broken.append(_broken_seal())
    else:
        found, broken = _open(Path(result))
    if found is None:
        return Verification(ok=False, violations=tuple(broken), seconds=time.perf_counter() - start)
    verification = _recheck(found, data_dir, broken)
    return verification.model_copy(update={"seconds": time.perf_counter() - start})


def reload_instance(result: Result, data_dir: str | Path | None = None) -> Instance:
    """Return the instance of a result, validated anew.

    Side-cars are read from `data_dir`, or else beside the result file. Raises `InputError` as
    loading any instance does.
    """
    if data_dir is not None:
        return validate(result.instance.data, folder=Path(data_dir))
    return validate(result.instance.data, sidecars=result._sidecars)


def _open(path: Path) -> tuple[Result | None, list[Violation]]:
    """Return the typed result where it has one, and what is wrong with the file itself."""
    broken: list[Violation] = []
    try:
        stored = read(path)
        if not stored.is_sealed():
            broken.append(_broken_seal())
        return stored.result(), broken
    except InputError as error:
        if any(finding.code in UNREADABLE for finding in error.findings):
            raise
        return None, [*broken, *_as_violations(error, "result")]


def _recheck(result: Result, data_dir: str | Path | None, broken: list[Violation]) -> Verification:
    violations = list(broken)
    try:
        instance = reload_instance(result, data_dir)
        violations += _digests(result, instance)
        evaluation, checked, figures, differences = _recompute(result, instance)
    except InputError as error:
        violations += _as_violations(error, "instance")
        return Verification(ok=False, violations=tuple(violations), **_header(result))
    except AuditError as error:
        violations.append(Violation(code="not-computable", constraint="result", where=str(error)))
        return Verification(ok=False, violations=tuple(violations), **_header(result))
    violations += differences
    violations += _unvouched(result, checked)
    return Verification(
        ok=not violations,
        violations=tuple(violations),
        objective=evaluation.objective if evaluation is not None else None,
        bound=figures.bound,
        bound_source=figures.bound_source,
        bound_scope=figures.bound_scope,
        gap=figures.gap,
        taken_on_trust=tuple(_trusted(result, checked)),
        word_of=result.provenance.solver if _rests_on_words(result, checked) else None,
        **_header(result),
    )


def _recompute(
    result: Result, instance: Instance
) -> tuple[Evaluation | None, CheckedBound | None, Figures, list[Violation]]:
    problem = get(result.problem)
    answer = Answer(plan=result.plan, certificate=result.certificate)
    evaluation, checked = recompute(problem, instance, answer)
    figures = weigh(
        evaluation,
        checked,
        tolerance=result.gap_tolerance,
        solver_bound=result.bound if result.bound_source == "solver" else None,
        solver_scope=result.bound_scope,
        claims_infeasible=result.status == "infeasible" and result.certificate is None,
    )
    tolerance = tolerance_of(problem)
    return (
        evaluation,
        checked,
        figures,
        list(compare(result, evaluation, checked, figures, tolerance)),
    )


def _digests(result: Result, instance: Instance) -> Iterator[Violation]:
    """Yield what the result says wrongly about its instance.

    The digest is that of the data in the result: a later version may write the same instance in
    another form.
    """
    record = result.instance
    for field, claimed, key in (
        ("problem", result.problem, "problem"),
        ("instance.name", record.name, "name"),
        ("instance.schema_version", record.schema_version, "schema_version"),
    ):
        if claimed != record.data.get(key):
            yield mismatch("instance", field, claimed, record.data.get(key))
    yield from _sidecar_digests(record.sidecars, instance.sidecar_digests())
    if record.sha256 != digest({"data": record.data, "sidecars": record.sidecars}):
        where = "the instance is not the one this result was computed for"
        yield Violation(code="digest-instance", constraint="instance.sha256", where=where)


def _sidecar_digests(claimed: Mapping[str, str], found: Mapping[str, str]) -> Iterator[Violation]:
    for file in sorted(claimed.keys() | found.keys()):
        if claimed.get(file) != found.get(file):
            yield Violation(code="digest-sidecar", constraint="instance.sidecars", where=file)


def _claims_no_plan(result: Result, checked: CheckedBound | None) -> bool:
    """Return whether a result says, without a proof, that there is no plan."""
    return result.status == "infeasible" and (checked is None or not checked.infeasible)


def _rests_on_words(result: Result, checked: CheckedBound | None) -> bool:
    return result.bound_source == "solver" or _claims_no_plan(result, checked)


def _unvouched(result: Result, checked: CheckedBound | None) -> Iterator[Violation]:
    """Yield what neither a proof nor a solver that is named stands for."""
    if result.provenance.solver:
        return
    where = "neither a certificate nor a solver stands for it"
    if result.bound_source == "solver":
        yield Violation(code="bound-unproved", constraint="bound", where=where)
    if _claims_no_plan(result, checked):
        yield Violation(code="infeasible-unproved", constraint="certificate", where=where)


def _trusted(result: Result, checked: CheckedBound | None) -> Iterator[str]:
    """Yield the claims of a result that no re-check reaches."""
    solver = result.provenance.solver or "nobody"
    if result.bound_source == "solver":
        yield f"the bound, which is the word of {solver}"
    if _claims_no_plan(result, checked):
        yield f"that there is no plan, which is the word of {solver}"
    if result.why and (checked is None or not checked.infeasible):
        yield "the reasons, which no proof gives"
    if result.baselines:
        yield "the figures of the baselines, whose plans are not kept"


def _header(result: Result) -> dict[str, str]:
    return {
        "problem": result.problem,
        "name": result.instance.name,
        "method": result.method,
        "status": result.status,
    }


def _broken_seal() -> Violation:
    where = "the file was changed after it was written"
    return Violation(code="digest-result", constraint="sha256", where=where)


def _as_violations(error: InputError, part: str) -> list[Violation]:
    """Return the faults of a part of the result as claims that do not hold."""
    return [
        Violation(
            code=finding.code,
            constraint=f"{part}.{finding.path}" if finding.path else part,
            where=f"{finding.message}. {finding.fix}",
        )
        for finding in error.findings
    ]

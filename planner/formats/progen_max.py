"""Projects with minimum and maximum time lags (RCPSP/max): `.sch` files of ProGen/max.

The format is that of Schwindt's generator (Kolisch, Schwindt, Sprecher 1999): a head with the
number of jobs and resources, per job `number modes successors` with a lag from start to start in
brackets for each successor, per job `number mode duration demand...`, and the capacities.
"""

from pathlib import Path
from typing import Any

from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.source import Source
from planner.formats.yaml_writer import InstanceData

FORMAT = Format(
    name="progen-max",
    summary="Projects with minimum and maximum time lags (.sch), as ProGen/max writes them.",
    problems=("rcpsp",),
    suffixes=(".sch",),
    read="planner.formats.progen_max:read",
)
_FIX = "Take a single-mode file of ProGen/max as it was published."


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of a `.sch` file; a negative lag becomes a maximum lag backwards.

    Raises `InputError` (`import-syntax`, `import-count`, `import-reference`,
    `import-unsupported`) with every fault of the file.
    """
    from planner.formats.projects.job_list import project
    from planner.formats.projects.tokens import rows_of_numbers

    file = Source(source)
    rows = rows_of_numbers(file, _FIX)
    head = rows[0][1]
    if len(head) < 2:
        file.stop("import-syntax", "the head holds fewer than two numbers", _FIX, line=rows[0][0])
    if any(head[2:]):
        message = "the project has nonrenewable or doubly constrained resources"
        file.stop("import-unsupported", message, _FIX, line=rows[0][0])
    count, resources = head[0] + 2, head[1]
    if len(rows) != 2 * count + 2:
        message = f"{len(rows)} lines with numbers, not {2 * count + 2} for {head[0]} jobs"
        file.stop("import-count", message, _FIX)
    lags = [
        lag
        for number, row in enumerate(rows[1 : count + 1])
        for lag in _lags(file, row, number, count)
    ]
    jobs = [_job(file, row, n, resources) for n, row in enumerate(rows[count + 1 : -1])]
    line, capacity = rows[-1]
    if len(capacity) != resources:
        message = f"{len(capacity)} capacities for {resources} resources"
        file.fault("import-count", message, _FIX, line=line)
    file.stop_if_faulty()
    found = [job for job in jobs if job is not None]
    return project(source.stem, f"{source.name} (ProGen/max)", found, capacity, lags)


def _lags(
    file: Source, row: tuple[int, list[int]], number: int, count: int
) -> list[dict[str, Any]]:
    line, values = row
    if len(values) > 1 and values[1] != 1:
        file.fault("import-unsupported", "a job can be done in several modes", _FIX, line=line)
        return []
    after = values[2] if len(values) > 2 else -1
    if after < 0 or values[0] != number or len(values) != 3 + 2 * after:
        what = "this is not `job modes successors`, the successors and one lag in brackets each"
        file.fault("import-syntax", what, _FIX, line=line)
        return []
    lags: list[dict[str, Any]] = []
    for target, weight in zip(values[3 : 3 + after], values[3 + after :], strict=True):
        if not 0 <= target < count:
            message = f"job {number} is bound to job {target}, which is not there"
            file.fault("import-reference", message, _FIX, line=line)
        elif weight >= 0:
            lags.append({"from": f"job{number}", "to": f"job{target}", "min": weight})
        else:
            lags.append({"from": f"job{target}", "to": f"job{number}", "max": -weight})
    return lags


def _job(file: Source, row: tuple[int, list[int]], number: int, resources: int) -> Any:
    from planner.formats.projects.job_list import Job

    line, values = row
    if len(values) != 3 + resources or values[0] != number or min(values) < 0:
        message = f"this is not `job mode duration` and {resources} demands"
        file.fault("import-syntax", message, _FIX, line=line)
        return None
    if values[1] != 1:
        file.fault("import-unsupported", "a job can be done in several modes", _FIX, line=line)
    return Job(f"job{number}", values[2], values[3:])

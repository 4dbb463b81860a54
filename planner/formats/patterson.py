"""Projects in Patterson's format (`.rcp`), as RanGen and the RG sets write them.

The numbers follow each other freely over lines: jobs and resources, the capacities, and per job
its duration, demands, number of successors and successors, counted from 1.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.source import Source
from planner.formats.yaml_writer import InstanceData

FORMAT = Format(
    name="patterson",
    summary="Projects in Patterson's format (.rcp), as RanGen and the RG300 set write them.",
    problems=("rcpsp",),
    suffixes=(".rcp",),
    read="planner.formats.patterson:read",
)
_FIX = "Take a file in Patterson's format as it was published."


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of a `.rcp` file.

    Raises `InputError` (`import-syntax`, `import-count`, `import-reference`).
    """
    from planner.formats.projects.job_list import Job, project
    from planner.formats.projects.tokens import rows_of_numbers

    file = Source(source)
    rows = rows_of_numbers(file, _FIX)
    numbers = ((line, value) for line, values in rows for value in values)
    count, resources = _take(file, numbers, 2)
    capacity = _take(file, numbers, resources)
    jobs = []
    for number in range(1, count + 1):
        duration, *demand = _take(file, numbers, 1 + resources)
        (after,) = _take(file, numbers, 1)
        followers = _take(file, numbers, after)
        for each in followers:
            if not 1 <= each <= count:
                message = f"job {number} precedes job {each}, which is not there"
                file.fault("import-reference", message, _FIX)
        jobs.append(Job(f"job{number}", duration, demand, [f"job{each}" for each in followers]))
    for line, _ in islice(numbers, 1):
        message = f"numbers follow after the last of {count} jobs"
        file.fault("import-count", message, _FIX, line=line)
    file.stop_if_faulty()
    return project(source.stem, f"{source.name} (Patterson)", jobs, capacity)


def _take(file: Source, numbers: Iterator[tuple[int, int]], count: int) -> list[int]:
    """Return the next numbers; none of them may be negative."""
    taken = list(islice(numbers, count))
    if len(taken) < count:
        file.stop("import-count", "the file ends before the last job is described", _FIX)
    for line, value in taken:
        if value < 0:
            file.stop("import-syntax", f"{value} is below zero", _FIX, line=line)
    return [value for _, value in taken]

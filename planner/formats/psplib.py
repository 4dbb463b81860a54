"""PSPLIB's single-mode projects: `.sm` files to import, `.sol`-like start lists to export.

The format is that of ProGen (Kolisch, Sprecher, EJOR 96, 1996). Jobs keep their numbers, the
dummy source and sink included, so that starts can be compared job by job.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.source import Source, whole
from planner.formats.yaml_writer import InstanceData

if TYPE_CHECKING:
    from planner.models.rcpsp.instance import Rcpsp
    from planner.results.result import Result

FORMAT = Format(
    name="psplib",
    summary="Single-mode projects of PSPLIB (.sm); writes the start and end of every job.",
    problems=("rcpsp",),
    suffixes=(".sm",),
    read="planner.formats.psplib:read",
    write="planner.formats.psplib:write",
)
_FIX = "Take a single-mode file of PSPLIB (j30, j60, j90, j120) as it was published."
_RELATIONS, _REQUESTS, _CAPACITIES = "PRECEDENCE", "REQUESTS", "RESOURCEAVAILABILITIES"


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of a `.sm` file.

    Raises `InputError` (`import-syntax`, `import-count`, `import-reference`,
    `import-unsupported`) with every fault of the file.
    """
    from planner.formats.projects.job_list import Job, project

    file = Source(source)
    parts = _sections(file)
    successors = _relations(file, parts[_RELATIONS])
    requests = _requests(file, parts[_REQUESTS])
    capacity = _capacities(file, parts[_CAPACITIES])
    file.stop_if_faulty()
    if successors.keys() != requests.keys():
        message = "precedence relations and requests are not about the same jobs"
        file.stop("import-count", message, _FIX)
    jobs = []
    for number, (line, after) in successors.items():
        duration, demand, at = requests[number]
        if len(demand) != len(capacity):
            message = f"{len(demand)} requests for {len(capacity)} resources"
            file.fault("import-count", message, _FIX, line=at)
        for other in after:
            if other not in successors:
                message = f"job {number} precedes job {other}, which is not there"
                file.fault("import-reference", message, _FIX, line=line)
        jobs.append(Job(f"job{number}", duration, demand, [f"job{each}" for each in after]))
    file.stop_if_faulty()
    return project(source.stem, f"{source.name} (PSPLIB)", jobs, capacity)


def write(result: "Result", instance: "Rcpsp", path: Path, options: Options) -> list[Path]:
    """Write one line per job: its name, start, duration and end, below the makespan."""
    from planner.formats.projects.planned import planned_starts

    view, start = instance.view, planned_starts(result, instance)
    end = start + view.duration
    lines = [f"makespan {int(end.max())}", "job start duration end"]
    rows = zip(view.names, start.tolist(), view.duration.tolist(), end.tolist(), strict=True)
    lines += [" ".join(map(str, row)) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return [path]


def _sections(file: Source) -> dict[str, list[tuple[int, list[str]]]]:
    """Return the rows of numbers below each of the headings that matter."""
    found: dict[str, list[tuple[int, list[str]]]] = {}
    rows: list[tuple[int, list[str]]] | None = None
    for number, line in enumerate(file.text.splitlines(), start=1):
        head = re.match(r"\s*([A-Z]+)", line)
        if head is not None and (head[1] != "R" or not re.search(r"R\s*\d", line)):
            rows = found.setdefault(head[1], [])
        elif rows is not None and re.match(r"\s*\d", line):
            rows.append((number, line.split()))
        elif _nonrenewable(line):
            message = "the project has nonrenewable or doubly constrained resources"
            file.fault("import-unsupported", message, "Take a single-mode file.", line=number)
    for head_ in (_RELATIONS, _REQUESTS, _CAPACITIES):
        if not found.get(head_):
            file.fault("import-syntax", f"there is nothing below a heading `{head_}`", _FIX)
    file.stop_if_faulty()
    return found


def _nonrenewable(line: str) -> bool:
    found = re.match(r"\s*-\s*(?:nonrenewable|doubly constrained)\s*:\s*(\d+)", line)
    return found is not None and int(found[1]) > 0


def _numbers(file: Source, line: int, words: list[str], least: int) -> list[int] | None:
    values = [whole(word) for word in words]
    known = [value for value in values if value is not None]
    if len(known) < len(values) or len(known) < least:
        message = "the line does not hold the whole numbers of its section"
        file.fault("import-syntax", message, _FIX, line=line)
        return None
    return known


def _relations(file: Source, rows: list[tuple[int, list[str]]]) -> dict[int, tuple[int, list[int]]]:
    """Return line and successors of every job."""
    found: dict[int, tuple[int, list[int]]] = {}
    for line, words in rows:
        values = _numbers(file, line, words, 3)
        if values is None:
            continue
        job, modes, count, *after = values
        _single(file, line, modes)
        if job in found or count != len(after):
            message = f"job {job} stands twice, or does not have {count} successors"
            file.fault("import-count", message, _FIX, line=line)
        found[job] = (line, after)
    return found


def _requests(
    file: Source, rows: list[tuple[int, list[str]]]
) -> dict[int, tuple[int, list[int], int]]:
    """Return duration, demand and line of every job."""
    found: dict[int, tuple[int, list[int], int]] = {}
    for line, words in rows:
        values = _numbers(file, line, words, 3)
        if values is not None:
            job, mode, duration, *demand = values
            _single(file, line, mode)
            found[job] = (duration, demand, line)
    return found


def _single(file: Source, line: int, modes: int) -> None:
    if modes != 1:
        message = "a job can be done in several modes"
        file.fault("import-unsupported", message, "Take a single-mode file.", line=line)


def _capacities(file: Source, rows: list[tuple[int, list[str]]]) -> list[int]:
    line, words = rows[0]
    return _numbers(file, line, words, 1) or []

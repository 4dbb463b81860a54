"""From jobs, as the project formats list them, to the data of an instance."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.formats.yaml_writer import InstanceData


@dataclass(frozen=True, slots=True)
class Job:
    """An activity: its name, periods, units of each resource, and the names of successors."""

    name: str
    duration: int
    demand: Sequence[int]
    successors: Sequence[str] = field(default=())


def project(
    name: str,
    source: str,
    jobs: Sequence[Job],
    capacity: Sequence[int],
    lags: Sequence[dict[str, Any]] = (),
) -> InstanceData:
    """Return the data of an instance; resources are named R1, R2, ... in order."""
    holders = [f"R{number}" for number in range(1, len(capacity) + 1)]
    activities = []
    for job in jobs:
        demand = {holder: units for holder, units in zip(holders, job.demand, strict=True) if units}
        row: dict[str, Any] = {"name": job.name, "duration": job.duration}
        row |= {"demand": demand} if demand else {}
        row |= {"successors": list(job.successors)} if job.successors else {}
        activities.append(row)
    values: dict[str, Any] = {
        "problem": "rcpsp",
        "schema_version": 1,
        "name": name,
        "source": source,
        "resources": [
            {"name": holder, "capacity": units}
            for holder, units in zip(holders, capacity, strict=True)
        ],
        "activities": activities,
    }
    if lags:
        values["time_lags"] = list(lags)
    comments = {"activities": "Durations in whole periods; those of none are milestones."}
    return InstanceData(values, comments=comments)

"""Task sets of rigid protocols on named qubits, as JSON.

`{"instance": {"slot_s": 0.01, "nodes": {"0": {"end_node": true, "comm": ["0-C0"], "storage": []}},
"edges": [{"u": "0", "v": "1", "length_km": 5}], "tasks": [{"src": "0", "dst": "1", "f_min": 0.6,
"rate_hz": 6.25, "period_slots": 16, "length_slots": 7, "busy": {"0-C0": [[0, 7]]}}]}}`.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.source import Source
from planner.formats.yaml_writer import InstanceData

FORMAT = Format(
    name="rigid-tasks",
    summary="Tasks of rigid shape on named qubits of a quantum network, with its nodes, in JSON.",
    problems=("entanglement_scheduling",),
    suffixes=(".json",),
    read="planner.formats.rigid_tasks:read",
)
_FORM = "Write the file as `docs/formats.md` shows under `rigid-tasks`."
_WORDING = {
    "missing": "this is missing",
    "model": "this is not an object",
    "dict": "this is not an object",
    "mapping": "this is not an object",
    "tuple": "this is not a list",
    "too": "this does not have two entries",
    "float": "this is not a number",
    "finite": "this is not a number",
    "int": "this is not a whole number",
    "string": "this is not text",
    "bool": "this is neither true nor false",
}
"""By the first word of what pydantic calls an error."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class _Node(_Part):
    end_node: bool = True
    comm: tuple[str, ...]
    storage: tuple[str, ...] = ()


class _Edge(_Part):
    u: str
    v: str
    length_km: float = Field(default=5.0, gt=0)


class _Task(_Part):
    id: int | str | None = None
    src: str
    dst: str
    f_min: float | None = None
    rate_hz: float | None = Field(default=None, gt=0)
    period_slots: int = Field(ge=1)
    length_slots: int = Field(ge=1)
    busy: Mapping[str, tuple[tuple[int, int], ...]]


class _Set(_Part):
    name: str | None = None
    slot_s: float = Field(gt=0)
    hyperperiod_slots: int | None = None
    nodes: Mapping[str, _Node]
    edges: tuple[_Edge, ...] = ()
    tasks: tuple[_Task, ...]


def read(source: Path, options: Options) -> InstanceData:
    """Return the instance data of a task set; tasks keep their order.

    Raises `InputError` (`import-syntax`, `import-unsupported`) with every fault of the file.
    """
    file = Source(source)
    tasks = _parse(file)
    _check_names(file, tasks)
    _check_hyperperiod(file, tasks)
    file.stop_if_faulty()
    nodes = [
        {
            "name": name,
            "end_node": node.end_node,
            "communication_qubits": len(node.comm),
            "storage_qubits": len(node.storage),
        }
        for name, node in tasks.nodes.items()
    ]
    links = [{"a": each.u, "b": each.v, "length": f"{each.length_km:g} km"} for each in tasks.edges]
    values = {
        "problem": "entanglement_scheduling",
        "schema_version": 1,
        "name": tasks.name or source.stem,
        "source": f"{source.name} (task set)",
        "topology": {"kind": "graph", "nodes": nodes, "links": links},
        "hardware": {"slot": f"{tasks.slot_s!r} s"},
        "workload": {"kind": "tasks", "tasks": [_task(each) for each in tasks.tasks]},
    }
    return InstanceData(values)


def _task(task: _Task) -> dict[str, Any]:
    row: dict[str, Any] = {} if task.id is None else {"name": f"task{task.id}"}
    row |= {"from": task.src, "to": task.dst}
    if task.f_min is not None:
        row["min_fidelity"] = task.f_min
    if task.rate_hz is not None:
        row["rate"] = f"{task.rate_hz!r} Hz"
    busy = {qubit: [list(span) for span in spans] for qubit, spans in task.busy.items()}
    return {**row, "period": task.period_slots, "length": task.length_slots, "busy": busy}


def _parse(file: Source) -> _Set:
    try:
        found = json.loads(file.text)
    except (ValueError, RecursionError) as error:
        file.stop("import-syntax", f"this is not JSON: {error}", _FORM)
    if isinstance(found, dict) and isinstance(found.get("instance"), dict):
        found = found["instance"]
    try:
        return _Set.model_validate(found)
    except ValidationError as error:
        for each in error.errors():
            path = ".".join(map(str, each["loc"]))
            message = _wording(each["type"], each.get("ctx", {}))
            file.fault("import-syntax", message, _FORM, path=path)
        file.stop_if_faulty()
        raise


def _wording(kind: str, context: Mapping[str, Any]) -> str:
    """Return what is wrong in words that know nothing of how the file is read."""
    if kind in ("greater_than", "greater_than_equal"):
        return f"this is not above {context['gt']:g}" if "gt" in context else "this is below 1"
    return _WORDING.get(kind.split("_")[0], "this is not what the form has here")


def _check_hyperperiod(file: Source, tasks: _Set) -> None:
    """Note a hyperperiod after which the tasks do not repeat."""
    slots = math.lcm(*(task.period_slots for task in tasks.tasks))
    if tasks.hyperperiod_slots is not None and tasks.hyperperiod_slots % slots:
        message = f"{tasks.hyperperiod_slots} slots, but the periods repeat after {slots}"
        file.fault("import-syntax", message, "Correct it or the periods, or leave it out.",
                   path="hyperperiod_slots")  # fmt: skip


def _check_names(file: Source, tasks: _Set) -> None:
    """Note qubits that are not called after their node, kind and number."""
    for name, node in tasks.nodes.items():
        for kind, listed in (("C", node.comm), ("S", node.storage)):
            if sorted(listed) != sorted(f"{name}-{kind}{place}" for place in range(len(listed))):
                message = (
                    f"the qubits of node `{name}` are not `{name}-{kind}0`, `{name}-{kind}1` ..."
                )
                file.fault("import-unsupported", message, "Rename them.", path=f"nodes.{name}")

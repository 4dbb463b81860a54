"""Timetables for the controllers of nodes: when to run which operation on which qubits."""

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options

if TYPE_CHECKING:
    from planner.formats.quantum.events import Event
    from planner.formats.quantum.planned import Planned
    from planner.models.entanglement_scheduling.instance import EntanglementScheduling
    from planner.results.result import Result

FORMAT = Format(
    name="node-timetable",
    summary="What each node does in each slot of the repeating schedule, in CSV or JSON.",
    problems=("entanglement_scheduling",),
    suffixes=(".csv", ".json"),
    write="planner.formats.node_timetable:write",
    options={"node": "only this node (default: all)"},
)


def write(
    result: "Result", instance: "EntanglementScheduling", path: Path, options: Options
) -> list[Path]:
    """Write one line per operation and node; the JSON form has slot length and hyperperiod too.

    Raises `CapabilityError` where there is no schedule to write.
    """
    from planner.formats.quantum.events import events
    from planner.formats.quantum.planned import planned

    found = planned(result, instance)
    listed = events(found)
    if "node" in options:
        node = options.text("node", "")
        if node not in found.view.network.names:
            known = ", ".join(found.view.network.names[:8])
            raise options.refuse("node", f"there is no node `{node}`", f"Nodes: {known} ...")
        listed = [each for each in listed if each.node == node]
    if path.suffix == ".json":
        path.write_text(json.dumps(_values(found, listed), indent=1) + "\n", encoding="utf-8")
        return [path]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("node", "start_slot", "end_slot", "start_s", "end_s", "operation",
                        "partner", "qubits", "demand", "repetition", "offset",
                        "fidelity", "rate_hz"))  # fmt: skip
        for each in sorted(listed, key=lambda event: event.node):
            times = (f"{slot * found.view.slot:.12g}" for slot in (each.start, each.end))
            table.writerow((each.node, each.start, each.end, *times, each.operation,
                            each.partner or "", " ".join(each.qubits), each.demand,
                            each.repetition, each.offset, *_driven(each)))  # fmt: skip
    return [path]


def _driven(event: "Event") -> tuple[float | str, float | str]:
    """Return fidelity and rate of the setting of a generation, empty for all else."""
    setting = event.setting
    return ("", "") if setting is None else (setting.fidelity, setting.rate)


def _values(found: "Planned", listed: "list[Event]") -> dict[str, object]:
    return {
        "slot_s": found.view.slot,
        "hyperperiod_slots": found.view.hyperperiod,
        "operations": [
            {
                "start": each.start,
                "end": each.end,
                "node": each.node,
                "operation": each.operation,
                "partner": each.partner,
                "qubits": list(each.qubits),
                "demand": each.demand,
                "repetition": each.repetition,
                "offset": each.offset,
                "fidelity": None if each.setting is None else each.setting.fidelity,
                "rate_hz": None if each.setting is None else each.setting.rate,
            }
            for each in listed
        ],
    }

"""A schedule as reservations that the simulator SeQUeNCe grants or rejects.

`topology` is a configuration of `RouterNetTopo` (SeQUeNCe 0.8), to be saved as a file of its own.
Each entry of `requests` is what `QuantumRouter.reserve_net_resource` takes, to be asked for at
`issue_ps`; SeQUeNCe counts touching windows as a conflict, so that each ends a picosecond early.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.formats.format import Format
from planner.formats.options import Options

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.instance import EntanglementScheduling
    from planner.results.result import Result

RESERVE = ("links", "protocols")
FORMAT = Format(
    name="sequence",
    summary="Topology and reservations for the simulator SeQUeNCe 0.8, in JSON.",
    problems=("entanglement_scheduling",),
    suffixes=(".json",),
    write="planner.formats.sequence:write",
    options={
        "reserve": (
            "links: one reservation per generated pair, while both halves are held, on as many "
            "memories as the node has qubits; protocols: one from end to end, on as many as whole "
            "windows need (default links, protocols for rigid tasks)"
        ),
        "hyperperiods": "how often the schedule is repeated (default 1)",
    },
)


def write(
    result: "Result", instance: "EntanglementScheduling", path: Path, options: Options
) -> list[Path]:
    """Write topology and requests; raises `CapabilityError` where there is no schedule."""
    from planner.formats.quantum.planned import planned
    from planner.formats.quantum.reservations import link_windows, protocol_windows, requests
    from planner.formats.quantum.router_network import router_network

    found = planned(result, instance)
    default = RESERVE[not found.protocols]
    by = options.choice("reserve", RESERVE, default)
    if by == "links" and not found.protocols:
        fix = "Write `reserve=protocols`."
        raise options.refuse("reserve", "rigid tasks do not say how their links are made", fix)
    windows, memories = link_windows(found) if by == "links" else protocol_windows(found)
    times = options.whole("hyperperiods", 1, least=1, most=1_000)
    values: dict[str, Any] = {
        "topology": router_network(found.view.network, memories),
        "requests": requests(found.view, windows, times),
    }
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8", newline="\n")
    return [path]

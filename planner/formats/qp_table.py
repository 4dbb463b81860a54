"""One line per queue pair: what a host's transport has to set up.

Every part of a flow is one queue pair. Sizes are whole bytes that add up to the message; a part
that rounds to nothing is left out.
"""

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options

if TYPE_CHECKING:
    from planner.formats.plans.rows import PartRow
    from planner.models.flow_splitting.instance import FlowSplitting
    from planner.results.result import Result

FORMAT = Format(
    name="qp-table",
    summary="Queue pairs per host: bytes, leaf, spine and lanes (or the nodes on the way).",
    problems=("flow_splitting",),
    suffixes=(".csv",),
    write="planner.formats.qp_table:write",
    options={
        "udp_base": (
            "UDP source port of path 0; adds a column with base + spine x parallel links + lane, "
            "for fabrics that choose the uplink by that port (default: no such column)"
        )
    },
)


def write(result: "Result", instance: "FlowSplitting", path: Path, options: Options) -> list[Path]:
    """Write the table; lanes count the parallel links between a leaf and a spine."""
    from planner.formats.plans.rows import part_rows, size_column

    is_fabric = instance.view.fabric is not None
    rows = part_rows(instance, result.plan)
    if size_column(instance) == "bytes":
        rows = _whole_bytes(rows)
    base = _port_base(instance, options)
    head = ["step", "flow", "name", "qp", size_column(instance), "source", "target"]
    head += ["leaf", "spine", "target_leaf", "up_lane", "down_lane"] if is_fabric else ["path"]
    head += ["udp_source_port"] if base is not None else []
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(head)
        for row in rows:
            cells = [row.step, row.flow, row.name, row.part, _number(row.size)]
            cells += [row.source, row.target]
            if is_fabric:
                cells += [*row.path, *row.lanes]
            else:
                cells.append(">".join(row.path))
            table.writerow(cells if base is None else [*cells, base + row.path_number])
    return [path]


def _whole_bytes(rows: Iterator["PartRow"]) -> Iterator["PartRow"]:
    """Cut every flow at whole bytes, so that its parts add up to the rounded message."""
    for _, parts in itertools.groupby(rows, key=lambda row: (row.step, row.flow)):
        end, cut, number = 0.0, 0, 0
        for row in parts:
            end += row.size
            size = round(end) - cut
            if size > 0:
                yield row._replace(size=size, part=number)
                cut, number = cut + size, number + 1


def _port_base(instance: "FlowSplitting", options: Options) -> int | None:
    if "udp_base" not in options:
        return None
    fabric = instance.view.fabric
    if fabric is None:
        fix = "Leave the option out: on a graph no port stands for a path."
        raise options.refuse("udp_base", "the instance is a graph", fix)
    most = 65_536 - fabric.spines * fabric.lanes
    return options.whole("udp_base", 0, least=1, most=most)


def _number(size: float) -> str:
    return str(int(size)) if float(size).is_integer() else repr(float(size))

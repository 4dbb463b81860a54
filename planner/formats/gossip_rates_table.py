"""How often each edge averages, one line each."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options

if TYPE_CHECKING:
    from planner.models.gossip_rates.instance import GossipRates
    from planner.results.result import Result

FORMAT = Format(
    name="gossip-rates",
    summary="Rate of every edge with its cost and share of all averages; CSV, or JSON by name.",
    problems=("gossip_rates",),
    suffixes=(".csv", ".json"),
    write="planner.formats.gossip_rates_table:write",
)


def write(result: "Result", instance: "GossipRates", path: Path, options: Options) -> list[Path]:
    """Write the rates, in averages per second or per unit of time; weights for `fdla`, `fmmc`.

    Edges that the plan drops, or never uses, have a rate of zero.
    """
    from planner.formats.gossip.planned import planned, write_json

    found = planned(result, instance)
    view, total = found.view, float(abs(found.every).sum())
    rows = [
        (found.names[a], found.names[b], rate, cost, seconds, rate / total if total else 0.0)
        for (a, b), rate, cost, seconds in zip(
            view.ends.tolist(),
            found.every.tolist(),
            view.cost.tolist(),
            view.duration.tolist(),
            strict=True,
        )
    ]
    head = ("a", "b", "weight" if found.is_synchronous else "rate", "cost", "duration", "share")
    if path.suffix == ".json":
        edges = [dict(zip(head, row, strict=True)) for row in rows]
        return write_json(path, {"unit": view.unit, "nodes": found.names, "edges": edges})
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(head)
        for a, b, *figures in rows:
            table.writerow((a, b, *(repr(figure) for figure in figures)))
    return [path]

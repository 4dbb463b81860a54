"""A schedule that repeats: pairs of workers, slot by slot."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options

if TYPE_CHECKING:
    from planner.models.gossip_rates.instance import GossipRates
    from planner.results.result import Result

FORMAT = Format(
    name="gossip-schedule",
    summary="A periodic schedule: in each slot pairs that never share a worker; CSV, or JSON.",
    problems=("gossip_rates",),
    suffixes=(".csv", ".json"),
    write="planner.formats.gossip_schedule:write",
    options={"length": "exchanges of the busiest worker in one period (default 32)"},
)


def write(result: "Result", instance: "GossipRates", path: Path, options: Options) -> list[Path]:
    """Write the slots; the JSON form also says how far rounding moved any edge's share."""
    from planner.formats.gossip.planned import planned, write_json
    from planner.formats.gossip.slots import achieved, periodic

    found = planned(result, instance, rates=True)
    slots = periodic(found, options.whole("length", 32, least=1, most=100_000))
    pairs = [
        [[found.names[a], found.names[b]] for a, b in found.view.ends[slot].tolist()]
        for slot in slots
    ]
    if path.suffix == ".json":
        counts = achieved(found, slots)
        off = abs(counts / counts.sum() - found.every / found.every.sum())
        values = {"slots": pairs, "times": counts.tolist(), "largest_error": float(off.max())}
        return write_json(path, values)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("slot", "a", "b"))
        for slot, together in enumerate(pairs):
            table.writerows((slot, a, b) for a, b in together)
    return [path]

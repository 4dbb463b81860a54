"""With whom each worker averages next: its own rate and the chance of each peer."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options

if TYPE_CHECKING:
    from planner.models.gossip_rates.instance import GossipRates
    from planner.results.result import Result

FORMAT = Format(
    name="peer-probabilities",
    summary="For every worker its clock and the chance of calling each peer; JSON or CSV.",
    problems=("gossip_rates",),
    suffixes=(".json", ".csv"),
    write="planner.formats.peer_probabilities:write",
)


def write(result: "Result", instance: "GossipRates", path: Path, options: Options) -> list[Path]:
    """Write P(i -> j) = a_ij / sum_k a_ik, a_ij being how often worker i calls worker j.

    Where the instance gives workers no clocks, each takes the initiative in half of its exchanges:
    a_ij = rate_ij / 2.
    """
    import numpy as np

    from planner.formats.gossip.planned import planned, write_json

    found = planned(result, instance, rates=True)
    first = found.calls
    both = np.stack([first, found.rate - first], axis=1)
    clock = np.bincount(found.ends.ravel(), both.ravel(), found.view.nodes)
    peers: dict[str, dict[str, float]] = {name: {} for name in found.names}
    for ends, calls in zip(found.ends.tolist(), both.tolist(), strict=True):
        for one, other, often in zip(ends, reversed(ends), calls, strict=True):
            if often > 0:
                peers[found.names[one]][found.names[other]] = often / float(clock[one])
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(("worker", "peer", "probability"))
            for worker, chances in peers.items():
                table.writerows((worker, peer, repr(p)) for peer, p in chances.items())
        return [path]
    clocks = dict(zip(found.names, clock.tolist(), strict=True))
    return write_json(path, {"unit": found.view.unit, "clock": clocks, "peers": peers})

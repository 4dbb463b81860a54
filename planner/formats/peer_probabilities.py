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
    summary="For every worker the chance of each peer, rate / sum of its rates; JSON or CSV.",
    problems=("gossip_rates",),
    suffixes=(".json", ".csv"),
    write="planner.formats.peer_probabilities:write",
)


def write(result: "Result", instance: "GossipRates", path: Path, options: Options) -> list[Path]:
    """Write P(i -> j) = rate_ij / sum_k rate_ik.

    A worker that takes the initiative in half of its exchanges has a clock of half the sum.
    """
    import numpy as np

    from planner.formats.gossip.planned import planned, write_json

    found = planned(result, instance, rates=True)
    load = np.bincount(found.ends.ravel(), np.repeat(found.rate, 2), found.view.nodes)
    peers: dict[str, dict[str, float]] = {name: {} for name in found.names}
    for (a, b), rate in zip(found.ends.tolist(), found.rate.tolist(), strict=True):
        for one, other in ((a, b), (b, a)):
            peers[found.names[one]][found.names[other]] = rate / float(load[one])
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(("worker", "peer", "probability"))
            for worker, chances in peers.items():
                table.writerows((worker, peer, repr(p)) for peer, p in chances.items())
        return [path]
    clocks = dict(zip(found.names, (load / 2).tolist(), strict=True))
    return write_json(path, {"unit": found.view.unit, "clock": clocks, "peers": peers})

"""What happens when the rates run: drawn exchanges beside the exact figures."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.formats.format import Format
from planner.formats.options import Options
from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.formats.gossip.planned import Planned
    from planner.models.gossip_rates.instance import GossipRates
    from planner.results.result import Result

FORMAT = Format(
    name="gossip-simulation",
    summary="Exact mean-square rates beside drawn ones, and what busy workers make of the plan.",
    problems=("gossip_rates",),
    suffixes=(".json",),
    write="planner.formats.gossip_simulation:write",
    options={
        "replicas": "independent runs (default 1000)",
        "seed": "seed of everything that is drawn (default 0)",
        "events": "exchanges per run of the blocking simulation (default 2000)",
    },
)
BUSY = 0.5
"""Share of its time above which a worker is better served by a schedule than by clocks."""


def write(result: "Result", instance: "GossipRates", path: Path, options: Options) -> list[Path]:
    """Write guaranteed, exact and drawn rates; the 95 % band should hold the exact one."""
    from planner.formats.gossip.planned import planned, write_json
    from planner.models.gossip_rates.mean_square import MOST_NODES

    found = planned(result, instance, rates=True)
    if found.view.nodes > MOST_NODES:
        raise CapabilityError(
            f"there are {found.view.nodes:,} workers, and simulations are exact up to "
            f"{MOST_NODES:,}; export `a2cid2` for what is guaranteed"
        )
    replicas = options.whole("replicas", 1000, least=2, most=100_000)
    seed = options.whole("seed", 0, least=0, most=2**53)
    events = options.whole("events", 2000, least=1, most=1_000_000)
    try:
        decay = _decay(found, replicas, seed)
    except ValueError:
        raise CapabilityError("the rates leave the network in pieces: nothing settles") from None
    values = {
        "unit": found.view.unit,
        "seed": seed,
        "replicas": replicas,
        **decay,
        "blocking": [_blocking(found, waits, events, seed) for waits in (False, True)],
        **_load(found),
    }
    return write_json(path, values)


def _decay(found: "Planned", replicas: int, seed: int) -> dict[str, Any]:
    from planner.models.gossip_rates.accelerated import constants
    from planner.models.gossip_rates.mean_square import accelerated_decay, plain_decay
    from planner.models.gossip_rates.simulation import simulate_poisson

    nodes, ends, rate = found.view.nodes, found.ends, found.rate
    figures, exact = constants(nodes, ends, rate), plain_decay(nodes, ends, rate)
    drawn = simulate_poisson(ends, rate, exact, replicas=replicas, seed=seed)
    moderate = nodes <= 40
    return {
        "guaranteed_rate": 1 / (2 * figures.chi1),
        "mean_square_rate": exact.rate,
        "drawn_rate": drawn.rate,
        "drawn_band_95": [drawn.low, drawn.high],
        "accelerated_guaranteed_rate": figures.guaranteed_rate,
        "accelerated_mean_square_rate": (
            accelerated_decay(nodes, ends, rate, figures).rate if moderate else None
        ),
    }


def _blocking(found: "Planned", waits: bool, events: int, seed: int) -> dict[str, Any]:
    from planner.models.gossip_rates.simulation import simulate_blocking

    duration = found.view.duration[found.used]
    nodes, ends, rate = found.view.nodes, found.ends, found.rate
    drawn = simulate_blocking(nodes, ends, rate, duration, waits=waits, events=events, seed=seed)
    return {
        "events": "wait for busy workers" if waits else "are lost at busy workers",
        "achieved_share": drawn.share(rate),
        "lost": drawn.lost,
        "mean_wait": drawn.mean_wait,
        "achieved": drawn.achieved.tolist(),
    }


def _load(found: "Planned") -> dict[str, Any]:
    import numpy as np

    from planner.models.gossip_rates.neighbours import effective_neighbours, mixing_matrix

    view = found.view
    each = np.repeat(found.rate * view.duration[found.used], 2)
    busy = np.bincount(found.ends.ravel(), each, view.nodes)
    most = int(busy.argmax())
    advice = None
    if busy[most] > BUSY:
        advice = f"{found.names[most]} is busy {busy[most]:.0%} of the time: export a schedule"
    matrix = mixing_matrix(view.nodes, found.ends, found.rate)
    return {
        "busiest_worker": found.names[most],
        "busiest_worker_load": float(busy[most]),
        "advice": advice,
        "effective_neighbours": effective_neighbours(matrix),
    }

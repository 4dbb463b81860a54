"""From links with a length and a rate to an instance of gossip rates."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from planner.formats.fabrics.node_names import changed, usable_names
from planner.formats.options import Options
from planner.formats.yaml_writer import InstanceData
from planner.models.base.errors import InputError, refuse
from planner.models.base.quantities import RATE, SIZE

OPTIONS = {
    "costs": (
        "what an average costs: unit (1, which counts messages), latency (0.0085 ms/km + 4 ms) or "
        "time (latency and transfer, in ms) (default unit)"
    ),
    "message_size": "what a worker sends in one average, for example 45 Mbit (default: not given)",
    "bandwidth": "rate of every link whose rate the file does not say (default: none)",
    "objective": "objective of the instance (default fewest_messages)",
}
"""Options of every format that reads a network of workers."""
COSTS = ("unit", "latency", "time")
OBJECTIVES = (
    *("fewest_messages", "fastest_mixing", "gradient_rate", "total_resistance", "fdla", "fmmc"),
)
PER_KM, FIXED = 0.0085, 4.0
"""Milliseconds (Marfoq, Xu, Neglia, Vidal 2020, arXiv 2010.12229, and its code)."""
EARTH = 6371.0
"""Mean radius in km."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link between the nodes number `a` and `b`."""

    a: int
    b: int
    km: float | None = None
    bandwidth: float | None = None
    """Bytes per second."""
    latency: float | None = None
    """Seconds; overrides what follows from the length."""
    cost: float | None = None
    """Cost that the file itself gives; used with `costs: unit`."""


def network(
    name: str, origin: str, labels: Sequence[object], links: Sequence[Link], options: Options
) -> InstanceData:
    """Return the data of an instance with these links.

    Raises `InputError` (`option-value`, `import-unsupported`) for options that cannot be used,
    costs that need lengths or rates which the file does not give, and a network without links.
    """
    costs = options.choice("costs", COSTS, "unit")
    objective = options.choice("objective", OBJECTIVES, "fewest_messages")
    size = options.quantity("message_size", SIZE, "1 B") if "message_size" in options else None
    rate = options.quantity("bandwidth", RATE, "1 B/s") if "bandwidth" in options else None
    if costs == "time" and size is None:
        raise options.refuse("costs", "`time` needs the size of a message", "Give `message_size`.")
    names = usable_names(labels)
    edges = [
        _edge(link, names, costs=costs, size=size, rate=rate) for link in links if link.a != link.b
    ]
    if not edges:
        raise _missing("there is no link between two nodes", "Check that this is the whole file.")
    values = {
        "problem": "gossip_rates",
        "schema_version": 1,
        "name": name,
        "source": origin,
        "topology": {"kind": "graph", "nodes": names, "edges": edges},
    }
    if size is not None:
        values["message_size"] = f"{_figure(size)} B"
    if objective != "fewest_messages":
        values["objective"] = objective
    return InstanceData(
        values,
        header=changed(labels, names, [(each.a, each.b) for each in links]),
        comments={"topology": _COMMENTS[costs]},
    )


_COMMENTS = {
    "unit": "Edges without a cost cost 1: the objective counts messages.",
    "latency": "Costs are latencies in ms: 0.0085 per km and 4 more.",
    "time": "Costs are the ms that one average takes, latency and transfer.",
}


def great_circle(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance in km of two places given by latitude and longitude in degrees."""
    (p, q), (r, s) = ((math.radians(x), math.radians(y)) for x, y in (one, other))
    half = math.sin((r - p) / 2) ** 2 + math.cos(p) * math.cos(r) * math.sin((s - q) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(1.0, half)))


def _edge(
    link: Link, names: Sequence[str], *, costs: str, size: float | None, rate: float | None
) -> dict[str, object]:
    row: dict[str, object] = {"a": names[link.a], "b": names[link.b]}
    found = link.bandwidth if link.bandwidth is not None else rate
    where = f"{row['a']} - {row['b']}"
    latency = _latency(link)
    if costs != "unit" and latency is None:
        raise _missing(f"the link {where} has no length", "Leave `costs` out: 1 for every message.")
    if size is not None and found is None:
        raise _missing(f"the link {where} has no rate", "Give the option `bandwidth`.")
    if costs == "unit" and link.cost is not None and link.cost != 1:
        row["cost"] = link.cost
    elif costs == "latency" and latency is not None:
        row["cost"] = _rounded(latency * 1e3)
    elif costs == "time" and latency is not None and size is not None and found is not None:
        row["cost"] = _rounded((latency + size / found) * 1e3)
    if size is not None and found is not None:
        row["bandwidth"] = f"{_figure(found)} B/s"
        if latency is not None:
            row["latency"] = f"{_figure(latency * 1e3)} ms"
    return row


def _latency(link: Link) -> float | None:
    if link.latency is not None:
        return link.latency
    return None if link.km is None else (PER_KM * link.km + FIXED) / 1e3


def _rounded(value: float) -> float:
    """Twelve digits: more than any measurement has, and no 4.008500000000001."""
    return float(f"{value:.12g}")


def _figure(value: float) -> str:
    text = repr(_rounded(value))
    return text.removesuffix(".0") if "e" not in text else text


def _missing(message: str, fix: str) -> InputError:
    return refuse("import-unsupported", message, fix)

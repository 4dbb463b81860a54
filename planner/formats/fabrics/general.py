"""Turns any wiring into a general graph with named nodes."""

from collections.abc import Callable

from planner.formats.fabrics.units import rate_text, time_text
from planner.formats.fabrics.wiring import Shape, Wiring, most_common


def as_graph(
    wiring: Wiring,
    *,
    name: Callable[[int], str] | None = None,
    notes: tuple[str, ...] = (),
) -> Shape:
    """Return the wiring as a graph; nodes are `host7` and `switch9` unless `name` says otherwise.

    The most frequent rate becomes `link_rate`; parallel cables stay apart.
    """
    is_host = set(wiring.hosts)

    def usual_name(device: int) -> str:
        return f"host{device}" if device in is_host else f"switch{device}"

    call = name or usual_name
    usual = most_common([cable.rate for cable in wiring.cables])
    links = []
    for cable in wiring.cables:
        link: dict[str, object] = {"a": call(cable.a), "b": call(cable.b)}
        if cable.rate != usual:
            link["rate"] = rate_text(cable.rate)
        if cable.latency:
            link["latency"] = time_text(cable.latency)
        links.append(link)
    topology = {
        "kind": "graph",
        "nodes": [call(device) for device in (*wiring.hosts, *wiring.switches)],
        "link_rate": rate_text(usual),
        "links": links,
    }
    hosts = tuple(call(host) for host in sorted(wiring.hosts))
    return Shape(topology=topology, hosts=hosts, notes=notes)

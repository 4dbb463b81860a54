"""Recognises a leaf-spine fabric in a wiring, with its failures and odd links."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from planner.formats.fabrics.units import rate_text, time_text
from planner.formats.fabrics.wiring import Cable, Shape, Wiring, most_common, ranges

LEAST_LINKED = Fraction(1, 2)
"""Share of the leaf-spine pairs that must be linked; the others count as failed links."""

Bundle = tuple[Fraction, int]
"""Rate of one link in bit/s, and number of parallel links."""


class NotLeafSpine(Exception):
    """The wiring has another shape; the message says what does not fit."""


@dataclass(frozen=True, slots=True)
class _Tiers:
    """Leaves and spines by device number, and the bundle of links between each two."""

    leaves: tuple[int, ...]
    spines: tuple[int, ...]
    below: Mapping[int, list[int]]
    """Hosts by leaf."""
    nic: Fraction
    bundles: Mapping[tuple[int, int], Bundle]


def recognise(wiring: Wiring) -> Shape:
    """Return the wiring as a leaf-spine topology; raise `NotLeafSpine` with the reason otherwise.

    Leaves are the switches with hosts, ordered by their first host; spines the other switches, by
    number. A pair without a link is a failed link, a repeated link a parallel link.
    """
    tiers = _tiers(wiring)
    topology: dict[str, object] = {"kind": "leaf_spine", "leaves": len(tiers.leaves)}
    usual = _usual_bundles(tiers)
    topology |= _spine_fields(tiers, usual)
    fields, hosts = _host_fields(tiers)
    topology |= fields
    topology["nic_rate"] = rate_text(tiers.nic)
    latencies = [cable.latency for cable in wiring.cables]
    topology["latency"] = time_text(max(latencies))
    topology |= _odd_links(tiers, usual)
    notes = [
        f"Device numbers: leaves {ranges(list(tiers.leaves))}, spines "
        f"{ranges(list(tiers.spines))}, hosts {ranges(list(wiring.hosts))}, in this order."
    ]
    if len(set(latencies)) > 1:
        notes.append("The links have different latencies; `latency` is the largest of them.")
    return Shape(topology=topology, hosts=hosts, notes=tuple(notes))


def _tiers(wiring: Wiring) -> _Tiers:
    """Sort the switches into leaves and spines."""
    is_host = set(wiring.hosts)
    leaf_of: dict[int, int] = {}
    nics = []
    fabric = []
    for cable in wiring.cables:
        ends = [end for end in (cable.a, cable.b) if end in is_host]
        if not ends:
            fabric.append(cable)
            continue
        host, switch = ends[0], cable.b if cable.a == ends[0] else cable.a
        if len(ends) == 2 or host in leaf_of:
            raise NotLeafSpine(f"host {host} does not hang off one switch by one link")
        leaf_of[host] = switch
        nics.append(cable.rate)
    if len(leaf_of) < len(is_host) or not is_host:
        raise NotLeafSpine("some host hangs off no switch")
    if len(set(nics)) > 1:
        raise NotLeafSpine("the links of the hosts have different rates")
    below: defaultdict[int, list[int]] = defaultdict(list)
    for host in sorted(leaf_of):
        below[leaf_of[host]].append(host)
    leaves = tuple(below)
    spines = tuple(sorted(set(wiring.switches) - set(leaves)))
    bundles = _bundles(fabric, set(leaves))
    if len(bundles) < LEAST_LINKED * len(leaves) * len(spines) or not bundles:
        raise NotLeafSpine("fewer than half of the leaf-spine pairs are linked")
    return _Tiers(leaves, spines, below, nics[0], bundles)


def _bundles(fabric: list[Cable], leaves: set[int]) -> dict[tuple[int, int], Bundle]:
    rates: defaultdict[tuple[int, int], list[Fraction]] = defaultdict(list)
    for cable in fabric:
        if (cable.a in leaves) == (cable.b in leaves):
            tier = "leaves" if cable.a in leaves else "switches without hosts"
            raise NotLeafSpine(f"{cable.a} and {cable.b}, both {tier}, are linked")
        ends = (cable.a, cable.b) if cable.a in leaves else (cable.b, cable.a)
        rates[ends].append(cable.rate)
    for (leaf, spine), given in rates.items():
        if len(set(given)) > 1:
            raise NotLeafSpine(f"the parallel links {leaf}-{spine} have different rates")
    return {ends: (given[0], len(given)) for ends, given in rates.items()}


def _usual_bundles(tiers: _Tiers) -> list[Bundle]:
    """Return the most frequent bundle of each spine; of equally frequent ones, the usual one."""
    by_spine: defaultdict[int, list[Bundle]] = defaultdict(list)
    for (_, spine), bundle in tiers.bundles.items():
        by_spine[spine].append(bundle)
    everywhere = most_common(list(tiers.bundles.values()))
    return [most_common(by_spine[spine], first=everywhere) for spine in tiers.spines]


def _spine_fields(tiers: _Tiers, usual: list[Bundle]) -> dict[str, object]:
    if len(set(usual)) == 1:
        rate, links = usual[0]
        fields: dict[str, object] = {"spines": len(usual), "link_rate": rate_text(rate)}
        return fields | ({"parallel_links": links} if links > 1 else {})
    groups: list[dict[str, object]] = []
    previous = None
    for rate, links in usual:
        if (rate, links) == previous:
            groups[-1]["count"] = int(str(groups[-1]["count"])) + 1
        else:
            extra = {"parallel_links": links} if links > 1 else {}
            groups.append({"count": 1, "link_rate": rate_text(rate)} | extra)
        previous = (rate, links)
    return {"spine_groups": groups}


def _host_fields(tiers: _Tiers) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the field that places the hosts, and the host names by ascending device number."""
    in_order = [host for leaf in tiers.leaves for host in tiers.below[leaf]]
    sizes = {len(tiers.below[leaf]) for leaf in tiers.leaves}
    if len(sizes) == 1 and in_order == list(range(len(in_order))):
        return {"hosts_per_leaf": sizes.pop()}, tuple(f"host{host}" for host in in_order)
    named = {
        f"leaf{place}": [f"host{host}" for host in tiers.below[leaf]]
        for place, leaf in enumerate(tiers.leaves)
    }
    return {"hosts": named}, tuple(f"host{host}" for host in sorted(in_order))


def _odd_links(tiers: _Tiers, usual: list[Bundle]) -> dict[str, object]:
    failed, overrides = [], []
    for i, leaf in enumerate(tiers.leaves):
        for k, spine in enumerate(tiers.spines):
            link: dict[str, object] = {"leaf": f"leaf{i}", "spine": f"spine{k}"}
            bundle = tiers.bundles.get((leaf, spine))
            if bundle is None:
                failed.append(link)
            elif bundle != usual[k]:
                rate, links = bundle
                if rate != usual[k][0]:
                    link |= {"up_rate": rate_text(rate), "down_rate": rate_text(rate)}
                if links != usual[k][1]:
                    link["parallel_links"] = links
                overrides.append(link)
    found = {"link_overrides": overrides, "failed_links": failed}
    return {field: links for field, links in found.items() if links}

"""Reads the `.topo` files of htsim: fat-trees of two or three tiers.

Tier 0 are the switches above the hosts (ToR), tier 1 the aggregation switches of a pod, tier 2 the
core. The speed of a tier is that of its links downwards, `Bundle` their number between two
switches. Aggregation switch a of every pod is linked to the core switches a, a + A, a + 2 A, ...,
for A aggregation switches in a pod. With two tiers there is one pod.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from planner.formats.fabrics.wiring import Cable, Wiring
from planner.formats.source import Source, whole

MOST_HOSTS = 100_000
_FORM = "Write `Nodes`, `Tiers`, `Podsize` and per `Tier` speed, radixes, latency and bundle."

_KEYS = {
    "downlink_speed_gbps": "speed",
    "radix_down": "down",
    "radix_up": "up",
    "bundle": "bundle",
    "downlink_latency_ns": "latency",
    "switch_latency_ns": "switch_latency",
}
_UNUSED = {"oversubscribed", "queue_down", "queue_up"}


@dataclass(frozen=True, slots=True)
class FatTree:
    """The wiring of a `.topo` file and the names of its devices by number."""

    wiring: Wiring
    name: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How many switches there are; `tors` and `aggs` per pod."""

    hosts: int
    pods: int
    tors: int
    aggs: int
    cores: int


def read_topo(file: Source) -> FatTree:
    """Return the network of a `.topo` file; notes its faults in `file` and raises `InputError`."""
    head, tiers = _read_values(file)
    _check_values(file, head, tiers)
    file.stop_if_faulty()
    sizes = _sizes(file, head, tiers)
    file.stop_if_faulty()
    tors, aggs = sizes.pods * sizes.tors, sizes.pods * sizes.aggs
    first_tor, first_agg = sizes.hosts, sizes.hosts + tors
    first_core = first_agg + aggs
    cables = [
        _cable(tiers[0], host, first_tor + host // tiers[0]["down"]) for host in range(sizes.hosts)
    ]
    for tor in range(tors):
        pod = tor // sizes.tors
        for agg in range(pod * sizes.aggs, (pod + 1) * sizes.aggs):
            cables += [_cable(tiers[1], first_tor + tor, first_agg + agg)] * tiers[1]["bundle"]
    for core in range(sizes.cores):
        for pod in range(sizes.pods):
            agg = pod * sizes.aggs + core % sizes.aggs
            cables += [_cable(tiers[2], first_agg + agg, first_core + core)] * tiers[2]["bundle"]

    def name(device: int) -> str:
        for prefix, first in (("core", first_core), ("agg", first_agg), ("tor", first_tor)):
            if device >= first:
                return f"{prefix}{device - first}"
        return f"host{device}"

    switches = tuple(range(first_tor, first_core + sizes.cores))
    return FatTree(Wiring(tuple(range(sizes.hosts)), switches, tuple(cables)), name)


def _read_values(file: Source) -> tuple[dict[str, int], list[dict[str, int]]]:
    head: dict[str, int] = {}
    tiers: dict[int, dict[str, int]] = {}
    values = head
    for number, words in file.lines():
        key, value = words[0].lower(), whole(words[1]) if len(words) == 2 else None
        if value is None:
            message = f"`{' '.join(words)[:60]}` is not a name and a whole number"
            file.fault("import-syntax", message, _FORM, line=number)
        elif key == "tier":
            values = tiers.setdefault(value, {"bundle": 1, "latency": 0, "switch_latency": 0})
        elif key in _KEYS and values is not head:
            values[_KEYS[key]] = value
        elif key in ("nodes", "tiers", "podsize") and values is head:
            head[key] = value
        elif key not in _UNUSED:
            file.fault("import-syntax", f"`{words[0]}` is not known here", _FORM, line=number)
    file.stop_if_faulty()
    if sorted(tiers) != list(range(head.get("tiers", 0))) or len(tiers) not in (2, 3):
        message = f"there are values for the tiers {sorted(tiers)}"
        fix = "Give `Tiers 2` or `Tiers 3`, and values for each of them, counted from 0."
        file.stop("import-unsupported", message, fix)
    return head, [tiers[tier] for tier in range(len(tiers))]


def _check_values(file: Source, head: dict[str, int], tiers: list[dict[str, int]]) -> None:
    if len(tiers) == 2:
        head.setdefault("podsize", head.get("nodes", 0))
    wanted = [(head, key, key.capitalize()) for key in ("nodes", "podsize")]
    for place, tier in enumerate(tiers):
        is_top = place == len(tiers) - 1
        keys = ("speed", "down", "bundle") if is_top else ("speed", "down", "up", "bundle")
        wanted += [(tier, key, f"tier {place}: {key}") for key in keys]
    for values, key, name in wanted:
        if not values.get(key):
            file.fault("import-syntax", f"{name} is missing or zero", _FORM)
    if head.get("nodes", 0) > MOST_HOSTS:
        file.fault("import-unsupported", f"more than {MOST_HOSTS} nodes", "Take a smaller network.")


def _sizes(file: Source, head: dict[str, int], tiers: list[dict[str, int]]) -> _Sizes:
    """Return the numbers of switches; note where radixes, bundles and hosts do not fit."""
    hosts, podsize = head["nodes"], head["podsize"]
    checks = [
        (hosts % podsize, f"{hosts} nodes are no multiple of the pod size {podsize}"),
        (podsize % tiers[0]["down"], f"a pod of {podsize} hosts does not fill its ToR switches"),
        (tiers[0]["bundle"] - 1, "hosts with several links are not supported"),
        (tiers[0]["up"] % tiers[1]["bundle"], "the ToR uplinks do not fill their bundles"),
    ]
    pods, tors = hosts // podsize, podsize // tiers[0]["down"]
    aggs = tiers[0]["up"] // tiers[1]["bundle"]
    wanted = tors * tiers[1]["bundle"]
    checks.append((tiers[1]["down"] - wanted, f"tier 1 needs Radix_Down {wanted}"))
    cores = 0
    if len(tiers) == 3:
        checks.append((tiers[1]["up"] % tiers[2]["bundle"], "the uplinks of tier 1 do not fill"))
        cores = aggs * (tiers[1]["up"] // tiers[2]["bundle"])
        wanted = pods * tiers[2]["bundle"]
        checks.append((tiers[2]["down"] - wanted, f"tier 2 needs Radix_Down {wanted}"))
    elif pods != 1:
        checks.append((1, "a network of two tiers has one pod, so `Podsize` must equal `Nodes`"))
    for excess, message in checks:
        if excess:
            file.fault("import-count", message, "Correct the radixes, bundles or sizes.")
    return _Sizes(hosts=hosts, pods=pods, tors=tors, aggs=aggs, cores=cores)


def _cable(tier: dict[str, int], lower: int, upper: int) -> Cable:
    latency = Fraction(tier["latency"] + tier["switch_latency"], 10**9)
    return Cable(lower, upper, Fraction(tier["speed"] * 10**9), latency)

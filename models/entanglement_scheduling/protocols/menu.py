"""What is offered to a demand: protocols on its shortest routes that keep its fidelity and time."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from planner.models.entanglement_scheduling.network import Network
from planner.models.entanglement_scheduling.plan import Protocol
from planner.models.entanglement_scheduling.protocols.assess import assess
from planner.models.entanglement_scheduling.protocols.chain import (
    Chain,
    chain_of,
    network_of,
    nodes_on,
    on_path,
)
from planner.models.entanglement_scheduling.protocols.occupy import most_used, shape_of
from planner.models.entanglement_scheduling.protocols.pareto import pareto_on
from planner.models.entanglement_scheduling.protocols.patience import check_patience
from planner.models.entanglement_scheduling.protocols.published import published_on
from planner.models.entanglement_scheduling.protocols.routes import shortest_paths
from planner.models.entanglement_scheduling.protocols.tolerance import reaches
from planner.models.entanglement_scheduling.protocols.trail import length_of
from planner.models.entanglement_scheduling.protocols.tree import Scheme
from planner.models.entanglement_scheduling.shape import Quality, Shape
from planner.models.entanglement_scheduling.workload import LONGEST

PLAIN: tuple[Scheme, ...] = ("bbpssw",)


@dataclass(frozen=True, slots=True)
class Offer:
    """One protocol for a demand, with what it holds and what it is worth."""

    protocol: Protocol
    shape: Shape
    quality: Quality
    path: tuple[int, ...]
    """Links, in order from the source."""
    scheme: str
    """`published` or `pareto`."""


def menu(
    network: Network,
    source: int,
    target: int,
    min_fidelity: float,
    period: int,
    *,
    schemes: tuple[str, ...] = ("published", "pareto"),
    distillation: tuple[Scheme, ...] = PLAIN,
    routes: int = 1,
    most: int = 6,
    enforce: str = "ideal",
) -> tuple[Offer, ...]:
    """Return the protocols offered to a demand, the shortest first; none if nothing serves it.

    Parameters
    ----------
    network
        Where the demand lies.
    source, target
        Its nodes.
    min_fidelity
        What its pairs must have, in [0.25, 1].
    period
        Slots; no longer protocol is offered.
    schemes
        Searches to run: `published`, `pareto`.
    distillation
        Kinds that `pareto` may use.
    routes
        Shortest loopless paths to look at.
    most
        Offers at most. Offers that another one equals or beats everywhere are left out first.
    enforce
        Whether the fidelity without (`ideal`) or with waiting (`decohered`) must be reached.

    """
    check_patience()
    found: list[Offer] = []
    for path in shortest_paths(network, source, target, routes):
        links = list(path)
        nodes = np.array(nodes_on(network, links, source), dtype=np.int64)
        for dish in _dishes(
            chain_of(network, links, source), min_fidelity, schemes, distillation, enforce
        ):
            if dish.shape.length <= period:
                shape = _moved(dish.shape, nodes)
                found.append(Offer(dish.protocol, shape, dish.quality, path, dish.scheme))
    chosen = _chosen(_undominated(found, 2 * len(network.names)), most)
    return tuple(
        replace(each, protocol=on_path(each.protocol, network, list(each.path), source))
        for each in chosen
    )


def published_length(network: Network, source: int, target: int, min_fidelity: float) -> int | None:
    """Return the slots of the published protocol on the shortest path, `None` if there is none."""
    paths = shortest_paths(network, source, target, 1)
    if not paths:
        return None
    found = published_on(chain_of(network, list(paths[0]), source), min_fidelity)
    return None if found is None else length_of(found)


@dataclass(frozen=True, slots=True)
class _Dish:
    """An offer of a chain, in its own network."""

    protocol: Protocol
    shape: Shape
    quality: Quality
    scheme: str


@lru_cache(maxsize=4096)
def _dishes(
    chain: Chain,
    min_fidelity: float,
    schemes: tuple[str, ...],
    distillation: tuple[Scheme, ...],
    enforce: str,
) -> tuple[_Dish, ...]:
    """Return the protocols of a chain that keep a fidelity; found once for all equal chains."""
    candidates: list[tuple[str, Protocol]] = []
    if "published" in schemes:
        plain = published_on(chain, min_fidelity)
        candidates += [] if plain is None else [("published", plain)]
    if "pareto" in schemes:
        found = pareto_on(chain, min_fidelity, distillation, enforce)
        candidates += [("pareto", protocol) for protocol in found]
    own, dishes = network_of(chain), []
    capacity = np.stack([own.communication, own.storage], axis=1).ravel()
    for scheme, protocol in candidates:
        if length_of(protocol) > LONGEST:
            continue
        quality = assess(own, protocol, 0, chain.hops)
        if not isinstance(quality, Quality):
            continue
        shape = shape_of(own, protocol, 0, chain.hops)
        value = quality.decohered if enforce == "decohered" else quality.fidelity
        fits = bool((most_used(shape, len(capacity)) <= capacity).all())
        if fits and reaches(value, min_fidelity):
            dishes.append(_Dish(protocol, shape, quality, scheme))
    return tuple(dishes)


def _moved(shape: Shape, nodes: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Shape:
    """Return the shape of a chain on the pools of the nodes that it lies on."""
    pool = 2 * nodes[shape.pool // 2] + shape.pool % 2
    return Shape(shape.length, pool, shape.begin, shape.end)


def _undominated(offers: list[Offer], pools: int) -> list[Offer]:
    """Return the offers, shortest first, that no other one beats or equals everywhere.

    What counts are the length, the slots taken of each pool, the success, and the fidelity where
    waiting counts.
    """
    offers = sorted(
        offers,
        key=lambda o: (
            o.shape.length,
            int((o.shape.end - o.shape.begin).sum()),
            -o.quality.success,
        ),
    )
    kept: list[Offer] = []
    costs: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
    for offer in offers:
        quality = offer.quality
        cost = np.array(
            [offer.shape.length, -quality.success, -quality.decohered, *offer.shape.busy(pools)]
        )
        if not any((other <= cost + 1e-12).all() for other in costs):
            kept.append(offer)
            costs.append(cost)
    return kept


def _chosen(offers: list[Offer], most: int) -> list[Offer]:
    """Return at most `most` offers: the best by each measure in turn, then the shortest first."""
    if len(offers) <= most:
        return offers
    measures = [
        sorted(range(len(offers)), key=lambda i: offers[i].shape.length),
        sorted(range(len(offers)), key=lambda i: int(_link_time(offers[i]))),
        sorted(range(len(offers)), key=lambda i: -offers[i].quality.success),
        sorted(range(len(offers)), key=lambda i: -offers[i].quality.decohered),
    ]
    order = [place for turn in zip(*measures, strict=True) for place in turn]
    return [offers[place] for place in sorted(list(dict.fromkeys(order))[:most])]


def _link_time(offer: Offer) -> int:
    """Return the slots that an offer holds of communication qubits."""
    shape = offer.shape
    spans = (shape.end - shape.begin)[shape.pool % 2 == 0]
    return int(spans.sum())

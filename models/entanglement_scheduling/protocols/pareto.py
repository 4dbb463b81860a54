"""Our protocol search: trade-offs of fidelity, latency and qubit time on a chain.

A dynamic programme over the parts of the chain keeps the ways that none beats in fidelity and load
of the busiest node, or in fidelity and time of generation; parts are joined by swaps and improved
by distilling. What it finds for the whole chain is mapped to slots and judged. Without distillation
the fastest protocol is found exactly besides; where swaps alone do not reach the fidelity, the tree
of the published search is one more candidate.
"""

from contextlib import suppress
from functools import lru_cache

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.entanglement_scheduling.plan import Protocol
from planner.models.entanglement_scheduling.protocols.assess import assess
from planner.models.entanglement_scheduling.protocols.backward import ORDERS, place_backward
from planner.models.entanglement_scheduling.protocols.chain import Chain, network_of
from planner.models.entanglement_scheduling.protocols.labels import (
    Labels,
    best_of,
    distilled,
    fresh,
    joined,
    stacked,
)
from planner.models.entanglement_scheduling.protocols.mapping import (
    Unmappable,
    map_tree,
    protocol_of,
)
from planner.models.entanglement_scheduling.protocols.patience import check_patience
from planner.models.entanglement_scheduling.protocols.published import MIN_RATE, published_tree
from planner.models.entanglement_scheduling.protocols.swap_chain import place_swap_chain, swap_chain
from planner.models.entanglement_scheduling.protocols.tolerance import reaches
from planner.models.entanglement_scheduling.protocols.trail import length_of
from planner.models.entanglement_scheduling.protocols.tree import Scheme, Tree
from planner.models.entanglement_scheduling.shape import Quality

ROUNDS = 3
"""Levels of distillation of one part of a chain."""
CANDIDATES = 8
"""Ways by each measure that are mapped to slots."""
MARGINS = (0.0, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2)
"""How far above its target the ideal fidelity is sought where waiting counts."""


def pareto_on(
    chain: Chain, min_fidelity: float, distillation: tuple[Scheme, ...], enforce: str
) -> list[Protocol]:
    """Return protocols of a chain, in its own network, that keep a fidelity.

    Parameters
    ----------
    chain
        Where they run.
    min_fidelity
        What their pairs must have.
    distillation
        Kinds that they may use.
    enforce
        Whether the fidelity without (`ideal`) or with waiting (`decohered`) must be reached.

    """
    margins = MARGINS if enforce == "decohered" else MARGINS[:1]
    targets = [min_fidelity + each for each in margins if min_fidelity + each <= 1.0]
    found: list[Protocol] = []
    for target in targets:
        plain = swap_chain(chain, target)
        found += [] if plain is None else [place_swap_chain(chain, plain).protocol]
    labels = ways(chain, distillation)
    places = dict.fromkeys(i for target in targets for i in _promising(labels, target))
    for place in places:
        protocol = _mapped(chain, labels.tree[place])
        found += [] if protocol is None else [protocol]
    if "bbpssw" in distillation and swap_chain(chain, min_fidelity) is None:
        tree = published_tree(chain, min_fidelity, MIN_RATE)
        protocol = None if tree is None else _mapped(chain, tree)
        found += [] if protocol is None else [protocol]
    return [each for each in dict.fromkeys(found) if _keeps(chain, each, min_fidelity, enforce)]


@lru_cache(maxsize=4096)
def ways(chain: Chain, distillation: tuple[Scheme, ...]) -> Labels:
    """Return the ways kept for a whole chain, whatever their fidelity."""
    base = _undistilled(chain, distillation)
    better = _distilled(chain, base, distillation)
    return base if better is None else best_of(stacked([base, better]))


@lru_cache(maxsize=4096)
def _undistilled(chain: Chain, distillation: tuple[Scheme, ...]) -> Labels:
    """Return the ways whose last operation is no distillation."""
    if chain.hops == 1:
        return fresh(chain)
    found = []
    for node in range(1, chain.hops):
        check_patience()
        # Swaps commute: what comes last is over one link, or ends in a distillation.
        last = chain.part(node, chain.hops)
        tail = ways(last, distillation) if last.hops == 1 else _tail(last, distillation)
        if tail is not None:
            found.append(joined(chain, node, ways(chain.part(0, node), distillation), tail))
    return best_of(stacked(found))


@lru_cache(maxsize=4096)
def _tail(chain: Chain, distillation: tuple[Scheme, ...]) -> Labels | None:
    return _distilled(chain, _undistilled(chain, distillation), distillation)


def _distilled(chain: Chain, base: Labels, distillation: tuple[Scheme, ...]) -> Labels | None:
    """Return the ways that distil pairs of a part once or several times, `None` if none helps."""
    found: list[Labels] = []
    latest = base
    for _ in range(ROUNDS):
        new = [
            made
            for scheme in distillation
            for other in ((base,) if latest is base else (base, latest))
            if (made := distilled(chain, latest, other, scheme)).tree
        ]
        if not new:
            break
        latest = best_of(stacked(new))
        found.append(latest)
    return best_of(stacked(found)) if found else None


def _promising(labels: Labels, target: float) -> list[int]:
    """Return the ways that reach a fidelity with least load, and with least time of generation."""
    enough = np.flatnonzero(labels.fidelity >= target - 1e-12)
    by_load = enough[np.lexsort((labels.total[enough], labels.load[enough]))]
    by_time = enough[np.lexsort((labels.load[enough], labels.total[enough]))]
    front = _front(labels, by_load)
    return list(
        dict.fromkeys([*front[:CANDIDATES], *by_load[:CANDIDATES].tolist(), *by_time[:2].tolist()])
    )


def _front(labels: Labels, order: IntArray) -> list[int]:
    """Return the ways, least load first, that take less time of generation than those before."""
    found: list[int] = []
    least = 1 << 60
    for place in order.tolist():
        if labels.total[place] < least:
            found.append(place)
            least = int(labels.total[place])
    return found


@lru_cache(maxsize=65536)
def _mapped(chain: Chain, tree: Tree) -> Protocol | None:
    """Return the shortest protocol that the mappings make of a tree, `None` if none fits."""
    found: list[Protocol] = []
    for store in (True, False):
        check_patience()
        placings = [place_backward(chain, tree, order, store=store) for order in ORDERS]
        found += [placing.protocol for placing in placings if placing is not None]
        if found:
            break
    with suppress(Unmappable):
        found.append(protocol_of(chain, map_tree(chain, tree)))
    return min(found, key=length_of, default=None)


def _keeps(chain: Chain, protocol: Protocol, min_fidelity: float, enforce: str) -> bool:
    quality = assess(network_of(chain), protocol, 0, chain.hops)
    if not isinstance(quality, Quality):
        return False
    return reaches(quality.decohered if enforce == "decohered" else quality.fidelity, min_fidelity)

"""What every protocol on every route needs, and the bounds that follow.

The links of a protocol contain a route between the ends of its demand. A pair of fidelity F is
either one generation of a setting that has F, or two pairs were spent on it: swapping never raises
the largest weight of a Bell-diagonal state, and a distillation takes two pairs between the same
nodes. By induction over the operations the communication of a protocol costs at least that of the
cheapest route whose links each count min(d_F, 2 d), with d_F the least slots of a setting that has
the fidelity and d those of any setting. Ends and nodes that separate them have a bound of their
own, see `protocols.least_use`; the higher of the two counts.
"""

import heapq
import math
from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.rounding import lower, upper
from planner.models.entanglement_scheduling.network import Network, Settings
from planner.models.entanglement_scheduling.proofs.grid import round_down
from planner.models.entanglement_scheduling.protocols.least_use import least_use
from planner.models.entanglement_scheduling.protocols.tolerance import reaches
from planner.models.entanglement_scheduling.view import View

Around = list[list[tuple[int, int]]]
"""Per node: neighbour and link."""


def node_use_bound(view: View, price: FloatArray) -> float | None:
    """Return what no schedule exceeds, whatever its protocols and routes; `None` for rigid tasks.

    sum_v price_v C_v + sum_j max(0, v_j - need_j / p_j), with v_j the most that admitting demand j
    can be worth and need_j the least communication of any protocol, each node's slots at its price.
    A mandatory demand counts even where that is below zero.

    Parameters
    ----------
    price
        (n,): objective per communication qubit of each node, none below zero.

    """
    if view.is_rigid:
        return None
    most = _most(view)
    needs = [
        max(_least_cost(view, j, price), _least_at_cuts(view, j, price))
        for j in range(len(view.demands))
    ]
    terms = [float(p * c) for p, c in zip(price, view.network.communication, strict=True)]
    for want, worth, need in zip(view.demands, most.tolist(), needs, strict=True):
        if math.isfinite(need):
            gain = worth - lower(need, len(price) + 4) / want.period
            terms.append(gain if want.mandatory else max(0.0, gain))
    total = math.fsum(terms)
    size = math.fsum(abs(each) for each in terms) + float(most.sum())
    return round_down(total + upper(size, len(terms) + 16) - size, most)


def chain_bound(view: View) -> float | None:
    """Return the least sum of protocol lengths in slots; `None` for rigid tasks or without routes.

    At an interior node of a route both links are generated before they are swapped, one after the
    other where it has one communication qubit.
    """
    if view.is_rigid:
        return None
    total = 0
    for want in view.demands:
        assert want.source is not None
        assert want.target is not None
        least = _least_length(view.network, want.source, want.target)
        if least is None:
            return None
        total += least
    return float(total)


def _most(view: View) -> FloatArray:
    name = view.instance.objective
    if name == "demands":
        return np.ones(len(view.demands))
    if name == "weight":
        return np.array([want.weight for want in view.demands])
    return view.rate


def _least_cost(view: View, demand: int, price: FloatArray) -> float:
    """Return the length of the cheapest route of a demand."""
    network, want = view.network, view.demands[demand]
    source, target = want.source, want.target
    assert source is not None
    assert target is not None
    assert want.min_fidelity is not None
    slots = [_spent(settings, want.min_fidelity) for settings in network.settings]
    pay = [float(price[a] + price[b]) for a, b in network.ends.tolist()]
    around = _around(network)
    best, queue = {source: 0.0}, [(0.0, source)]
    while queue:
        length, node = heapq.heappop(queue)
        if node == target:
            return length
        if length > best[node]:
            continue
        for other, link in around[node]:
            reached = length + slots[link] * pay[link]
            if other not in best or reached < best[other]:
                best[other] = reached
                heapq.heappush(queue, (reached, other))
    return math.inf


def _least_at_cuts(view: View, demand: int, price: FloatArray) -> float:
    """Return what the ends of a demand and the nodes that separate them cost at least."""
    want, kinds = view.demands[demand], view.instance.protocols.distillation
    assert want.source is not None
    assert want.target is not None
    assert want.min_fidelity is not None
    slots = least_use(view.network, want.source, want.target, want.min_fidelity, ("bbpssw", *kinds))
    return math.fsum(float(price[node]) * count for node, count in slots.items())


def _spent(settings: Settings, fidelity: float) -> int:
    """Return the least slots of generation that a link on a route takes."""
    least = min(setting.slots for setting in settings)
    good = [setting.slots for setting in settings if reaches(setting.fidelity, fidelity)]
    return min([*good, 2 * least])


def _least_length(network: Network, source: int, target: int) -> int | None:
    """Return the fewest slots of a route: the busiest of its nodes, and the swap if it has one."""
    slots = [min(setting.slots for setting in settings) for settings in network.settings]
    around = _around(network)
    swap = network.physics.swap_slots
    direct = [slots[link] for other, link in around[source] if other == target]
    queue = [(slots[link], other, link) for other, link in around[source]]
    heapq.heapify(queue)
    done: set[tuple[int, int]] = set()
    while queue:
        most, node, link = heapq.heappop(queue)
        if node == target:
            return min([most + swap, *direct])
        if (node, link) in done:
            continue
        done.add((node, link))
        for reached in _onward(network, slots, around, node, link):
            heapq.heappush(queue, (max(most, reached[0]), reached[1], reached[2]))
    return min(direct, default=None)


def _onward(
    network: Network, slots: list[int], around: Around, node: int, link: int
) -> Iterator[tuple[int, int, int]]:
    """Yield slots that two links take at a node, the next node, and the link to it."""
    for other, following in around[node]:
        if following != link:
            pair = slots[link], slots[following]
            yield sum(pair) if network.communication[node] == 1 else max(pair), other, following


def _around(network: Network) -> Around:
    found: Around = [[] for _ in network.names]
    for link, (first, second) in enumerate(network.ends.tolist()):
        found[first].append((second, link))
        found[second].append((first, link))
    return found

"""The fastest protocol of a chain that only swaps, exactly.

With one communication qubit per interior node its two links cannot be made at once, so that a
chain of link durations d_i takes at least max(d_i + d_{i+1}) and the swap. That is enough: every
other link ends when the swaps begin, those between them come before, and all swaps run at once.
With two communication qubits at a node its links do not wait for each other: max(d_i, d_{i+1}).
"""

from dataclasses import dataclass

from planner.models.entanglement_scheduling.network import Setting
from planner.models.entanglement_scheduling.protocols.chain import Chain
from planner.models.entanglement_scheduling.protocols.physics import fidelity, parameter
from planner.models.entanglement_scheduling.protocols.placing import Placing
from planner.models.entanglement_scheduling.protocols.tolerance import reaches


@dataclass(frozen=True, slots=True)
class SwapChain:
    """Settings of the links of a chain, and the slots of its protocol."""

    settings: tuple[int, ...]
    slots: int


def swap_chain(chain: Chain, min_fidelity: float) -> SwapChain | None:
    """Return the shortest protocol without distillation, of these the one with least link time.

    `None` where no settings reach the fidelity, or a node cannot keep two halves.
    """
    if not _can_swap(chain):
        return None
    window = _least_window(chain, min_fidelity)
    if window is None:
        return None
    swap = chain.physics.swap_slots if chain.hops > 1 else 0
    return SwapChain(_least_time(chain, min_fidelity, window), window + swap)


def place_swap_chain(chain: Chain, found: SwapChain) -> Placing:
    """Return the operations of a swap-only protocol on its slots, links first."""
    slots = [chain.settings[link][setting].slots for link, setting in enumerate(found.settings)]
    swap = found.slots - (chain.physics.swap_slots if chain.hops > 1 else 0)
    starts = min((_starts(chain, slots, swap, parity) for parity in (0, 1)), key=lambda s: -sum(s))
    shift = min(starts)
    placing = Placing(chain)
    for link, (start, setting) in enumerate(zip(starts, found.settings, strict=True)):
        stored = (_stored(chain, starts, link, link), _stored(chain, starts, link, link + 1))
        placing.link(link, setting, start - shift, stored)
    left = 0
    for link in range(1, chain.hops):
        left = placing.swap(left, link, swap - shift)
    return placing


def _can_swap(chain: Chain) -> bool:
    """Whether every interior node can keep two halves of pairs made one after another."""
    inside = range(1, chain.hops)
    return all(chain.communication[v] + chain.storage[v] >= 2 for v in inside)


def _need(chain: Chain, node: int, before: int, after: int) -> int:
    """Return the slots that a node's two links take it, of these durations."""
    return before + after if chain.communication[node] == 1 else max(before, after)


def _least_window(chain: Chain, min_fidelity: float) -> int | None:
    """Return the fewest slots before the swaps in which some settings reach the fidelity."""
    slots = [[setting.slots for setting in settings] for settings in chain.settings]
    if chain.hops == 1:
        windows = set(slots[0])
    else:
        windows = {
            _need(chain, node, before, after)
            for node in range(1, chain.hops)
            for before in slots[node - 1]
            for after in slots[node]
        }
    ordered = sorted(windows)
    if not reaches(fidelity(_best_product(chain, ordered[-1])), min_fidelity):
        return None
    low, high = -1, len(ordered) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if reaches(fidelity(_best_product(chain, ordered[middle])), min_fidelity):
            high = middle
        else:
            low = middle
    return ordered[high]


def _best_product(chain: Chain, window: int) -> float:
    """Return the largest product of Werner parameters that fits a window, -1/3 if none does."""
    best = {i: parameter(s.fidelity) for i, s in _fitting(chain, 0, window)}
    for link in range(1, chain.hops):
        best = {
            i: max(reached) * parameter(s.fidelity)
            for i, s in _fitting(chain, link, window)
            if (
                reached := [
                    value
                    for before, value in best.items()
                    if _pair_fits(chain, link, before, i, window)
                ]
            )
        }
    return max(best.values(), default=-1 / 3)


def _fitting(chain: Chain, link: int, window: int) -> list[tuple[int, Setting]]:
    """Return the settings of a link that last no longer than a window and entangle at all."""
    return [
        (i, setting)
        for i, setting in enumerate(chain.settings[link])
        if setting.slots <= window and (setting.fidelity > 0.25 or chain.hops == 1)
    ]


def _pair_fits(chain: Chain, node: int, before: int, after: int, window: int) -> bool:
    first = chain.settings[node - 1][before].slots
    second = chain.settings[node][after].slots
    return _need(chain, node, first, second) <= window


def _least_time(chain: Chain, min_fidelity: float, window: int) -> tuple[int, ...]:
    """Return the settings within a window that reach the fidelity with least link time in all."""
    # Best product by setting of the last link and link time so far, and the settings behind it.
    best: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {
        (i, s.slots): (parameter(s.fidelity), (i,)) for i, s in _fitting(chain, 0, window)
    }
    for link in range(1, chain.hops):
        grown: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {}
        for (before, time), (product, settings) in best.items():
            for i, setting in _fitting(chain, link, window):
                if not _pair_fits(chain, link, before, i, window):
                    continue
                key = (i, time + setting.slots)
                value = product * parameter(setting.fidelity)
                if key not in grown or value > grown[key][0]:
                    grown[key] = (value, (*settings, i))
        best = grown
    enough = [
        (time, -product, settings)
        for (_, time), (product, settings) in best.items()
        if reaches(fidelity(product), min_fidelity)
    ]
    return min(enough)[2]


def _starts(chain: Chain, slots: list[int], swap: int, parity: int) -> list[int]:
    """Return starts where links of one parity end at `swap`, the others as late as these allow."""
    starts = [swap - each for each in slots]
    for link in range(parity, chain.hops, 2):
        ends = [swap]
        if link > 0 and chain.communication[link] == 1:
            ends.append(starts[link - 1])
        if link + 1 < chain.hops and chain.communication[link + 1] == 1:
            ends.append(starts[link + 1])
        starts[link] = min(ends) - slots[link]
    return starts


def _stored(chain: Chain, starts: list[int], link: int, node: int) -> bool:
    """Whether the half of a link moves to storage: the one made first at a node has precedence."""
    other = node - 1 if link == node else node
    if other < 0 or other >= chain.hops:
        return chain.storage[node] >= 1
    is_first = (starts[link], link) < (starts[other], other)
    return chain.storage[node] >= (1 if is_first else 2)

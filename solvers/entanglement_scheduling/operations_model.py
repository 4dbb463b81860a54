"""Protocols whose operations are placed one by one, as a constraint programme of CP-SAT.

Every demand generates one pair over each link of a path and swaps at each node between. Which
setting drives a link, when each operation starts, and whether a half moves to storage are free. The
logarithm of the Werner parameter is linear: ln w = sum ln w_link - sum of waiting over the time in
which a memory depolarises, so that the fidelity with waiting is enforced. Repetitions are a period
apart.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from planner.models.base.arrays import FloatArray
from planner.models.entanglement_scheduling.plan import Link, Operation, Protocol, Swap
from planner.models.entanglement_scheduling.view import View

UNIT = 1_000_000
"""Logarithms are counted in millionths, losses rounded up."""


@dataclass(frozen=True, slots=True)
class Half:
    """One end of a pair of a link, from its generation until it is used."""

    node: int
    stored: Any
    """Literal: whether it moves to a storage qubit."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One path of one demand with its variables."""

    demand: int
    links: tuple[int, ...]
    nodes: tuple[int, ...]
    used: Any
    start: list[Any]
    """Per link."""
    setting: list[list[Any]]
    """Per link and setting."""
    swap: list[Any]
    """Start of the swap at each inner node."""
    end: Any
    halves: list[tuple[Half, Half]]
    """Per link, at the node nearer to the source first."""


class Builder:
    """Collects the variables of all demands, and what they hold of each pool."""

    def __init__(self, view: View, patience: int | None) -> None:
        from ortools.sat.python import cp_model

        self.view, self.patience = view, patience
        self.model = cp_model.CpModel()
        self.chains: list[Chain] = []
        self._spans: dict[int, list[Any]] = {}

    def add(self, demand: int, links: tuple[int, ...], nodes: tuple[int, ...]) -> Chain:
        """Add a path that may serve a demand."""
        model, view, period = self.model, self.view, self.view.demands[demand].period
        used = model.new_bool_var("")
        start = [model.new_int_var(0, period - 1, "") for _ in links]
        swap = [model.new_int_var(0, period, "") for _ in links[1:]]
        end = model.new_int_var(0, period, "")
        setting = [[model.new_bool_var("") for _ in view.network.settings[link]] for link in links]
        halves = [
            (self._half(nodes[place], used), self._half(nodes[place + 1], used))
            for place in range(len(links))
        ]
        chain = Chain(demand, links, nodes, used, start, setting, swap, end, halves)
        loss = list(self._order(chain))
        floor = view.demands[demand].min_fidelity
        assert floor is not None
        if 4 * floor > 1:
            budget = math.floor(-math.log((4 * floor - 1) / 3) * UNIT)
            model.add(sum(loss) <= budget).only_enforce_if(used)
        self.chains.append(chain)
        return chain

    def _half(self, node: int, used: Any) -> Half:
        stored = self.model.new_bool_var("")
        self.model.add_implication(stored, used)
        if not self.view.network.storage[node]:
            self.model.add(stored == 0)
        return Half(node, stored)

    def _order(self, chain: Chain) -> Iterator[Any]:
        """Order the operations, hold qubits, and yield the terms that lower the fidelity."""
        model, network = self.model, self.view.network
        slots = network.physics.swap_slots
        last = len(chain.links) - 1
        for each in chain.swap:
            model.add(each + slots <= chain.end).only_enforce_if(chain.used)
        for place, link in enumerate(chain.links):
            settings, chosen = network.settings[link], chain.setting[place]
            model.add(sum(chosen) == chain.used)
            for option, literal in zip(settings, chosen, strict=True):
                parameter = (4 * option.fidelity - 1) / 3
                if parameter <= 0:
                    model.add(literal == 0)
                    continue
                yield math.ceil(-math.log(parameter) * UNIT) * literal
            most = max(option.slots for option in settings)
            duration = model.new_int_var(0, most, "")
            model.add(duration == sum(o.slots * c for o, c in zip(settings, chosen, strict=True)))
            made = model.new_int_var(0, self._period(chain), "")
            model.add(made == chain.start[place] + duration).only_enforce_if(chain.used)
            model.add(made <= chain.end).only_enforce_if(chain.used)
            for side, half in enumerate(chain.halves[place]):
                inner = place - 1 + side
                is_end = (place, side) in ((0, 0), (last, 1))
                use = chain.end if is_end else chain.swap[inner]
                free = use if is_end else use + slots
                yield self._hold(chain, half, chain.start[place], made, duration, use, free)

    def _period(self, chain: Chain) -> int:
        return self.view.demands[chain.demand].period

    def _hold(
        self, chain: Chain, half: Half, begin: Any, made: Any, duration: Any, use: Any, free: Any
    ) -> Any:
        """Hold the qubits of a half from its generation until it is used; return what it loses."""
        model, physics, period = self.model, self.view.network.physics, self._period(chain)
        wait = model.new_int_var(0, period, "")
        model.add(wait == use - made).only_enforce_if(chain.used)
        if self.patience is not None:
            model.add(wait <= self.patience)
        rates = [
            math.ceil(physics.slot / time * UNIT)
            for time in (physics.storage_time, physics.communication_time)
        ]
        loss = model.new_int_var(0, max(rates) * period, "")
        model.add(loss >= rates[0] * wait).only_enforce_if(half.stored)
        model.add(loss >= rates[1] * wait).only_enforce_if(half.stored.negated())
        held, busy, until = (model.new_int_var(0, period, "") for _ in range(3))
        model.add(held == free - begin).only_enforce_if(chain.used)
        model.add(busy == duration).only_enforce_if(half.stored)
        model.add(busy == held).only_enforce_if(chain.used, half.stored.negated())
        model.add(until == begin + busy).only_enforce_if(chain.used)
        stop = model.new_int_var(0, period, "")
        model.add(stop == begin + held).only_enforce_if(chain.used)
        for k in range(self.view.hyperperiod // period):
            first = begin + k * period
            self._span(2 * half.node, first, busy, until + k * period, chain.used)
            self._span(2 * half.node + 1, first, held, stop + k * period, half.stored)
        return loss

    def _span(self, pool: int, begin: Any, size: Any, end: Any, literal: Any) -> None:
        span = self.model.new_optional_interval_var(begin, size, end, literal, "")
        self._spans.setdefault(pool, []).append(span)

    def close(self) -> Any:
        """Return the model with its pools and what is admitted."""
        for pool, spans in self._spans.items():
            capacity = int(self.view.capacity[pool])
            if capacity == 1:
                self.model.add_no_overlap(spans)
            else:
                self.model.add_cumulative(spans, [1] * len(spans), capacity)
        of: dict[int, list[Any]] = {}
        for chain in self.chains:
            of.setdefault(chain.demand, []).append(chain.used)
        for demand, literals in of.items():
            if self.view.demands[demand].mandatory:
                self.model.add_exactly_one(literals)
            else:
                self.model.add_at_most_one(literals)
        return self.model


def protocol_of(view: View, chain: Chain, values: FloatArray) -> tuple[Protocol, int]:
    """Return the protocol that the values give a chain, and the slot of its first operation."""

    def value(variable: Any) -> int:
        return round(float(values[variable.index]))

    first = min(value(each) for each in chain.start)
    operations: list[Operation] = []
    for place, link in enumerate(chain.links):
        setting = next(s for s, literal in enumerate(chain.setting[place]) if value(literal))
        stored = {half.node: bool(value(half.stored)) for half in chain.halves[place]}
        ends = view.network.ends[link].tolist()
        operations.append(
            Link(
                start=value(chain.start[place]) - first,
                duration=view.network.settings[link][setting].slots,
                link=link,
                setting=setting,
                stored=(stored[ends[0]], stored[ends[1]]),
            )
        )
    slots, pair = view.network.physics.swap_slots, 0
    for place, variable in enumerate(chain.swap):
        start = value(variable) - first
        operations.append(Swap(start=start, duration=slots, inputs=(pair, place + 1)))
        pair = len(operations) - 1
    return Protocol(operations=tuple(operations)), first

"""An instance as arrays: pools of qubits, periods, and the shapes that may serve each demand."""

import functools
import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.entanglement_scheduling.network import Network, period_slots
from planner.models.entanglement_scheduling.shape import Shape
from planner.models.entanglement_scheduling.workload import Demand, Random, Task, Tasks

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.instance import EntanglementScheduling
    from planner.models.entanglement_scheduling.protocols.menu import Offer


@dataclass(frozen=True, slots=True)
class Want:
    """A demand or a task, whatever serves it."""

    name: str
    field: str
    """Its place in the instance, for messages."""
    source: int | None
    """Node of the network; `None` where a task does not say."""
    target: int | None
    min_fidelity: float | None
    rate: float
    """Pairs per second."""
    period: int
    """Slots."""
    mandatory: bool
    weight: float
    jitter: int | None
    """Slots that two starts may be off a period; `None`: only the windows count."""


@dataclass(frozen=True)
class View:
    """Everything as arrays; n demands, P pools of interchangeable qubits."""

    instance: "EntanglementScheduling"
    network: Network
    pools: tuple[str, ...]
    """`<node>-C` and `<node>-S` of each node, or the qubits that tasks name."""
    capacity: IntArray
    """(P,): qubits of each pool."""
    pool_node: IntArray
    """(P,): node of each pool."""
    demands: tuple[Want, ...]

    @functools.cached_property
    def period(self) -> IntArray:
        """(n,): slots."""
        return np.array([want.period for want in self.demands], dtype=np.int64)

    @functools.cached_property
    def rate(self) -> FloatArray:
        """(n,): pairs per second."""
        return np.array([want.rate for want in self.demands], dtype=np.float64)

    @functools.cached_property
    def hyperperiod(self) -> int:
        """Slots after which the schedule repeats, the least common multiple of the periods."""
        return math.lcm(*self.period.tolist())

    @property
    def slot(self) -> float:
        """Seconds of a slot."""
        return self.network.physics.slot

    @property
    def wraps(self) -> bool:
        """Whether time is a circle."""
        return self.instance.limits.wrap

    @property
    def is_rigid(self) -> bool:
        """Whether tasks come with shapes of their own."""
        return isinstance(self.instance.workload, Tasks)

    @functools.cached_property
    def offers(self) -> "tuple[tuple[Offer, ...], ...]":
        """The protocols that may serve each demand, the shortest first; none for rigid tasks."""
        if self.is_rigid:
            return ()
        return tuple(self.menu(place) for place in range(len(self.demands)))

    def menu(self, place: int) -> "tuple[Offer, ...]":
        """Return the protocols that may serve one demand, searched for when first asked for."""
        if place not in self.menus:
            from planner.models.entanglement_scheduling.offers import offers_to

            self.menus[place] = offers_to(self, place)
        return self.menus[place]

    @functools.cached_property
    def menus(self) -> "dict[int, tuple[Offer, ...]]":
        """What `menu` has found so far, by demand."""
        return {}

    def as_searched(self) -> "View":
        """Return a view that offers nothing to demands whose protocols were not searched for."""
        found = replace(self)
        found.menus.update({place: self.menus.get(place, ()) for place in range(len(self.demands))})
        return found

    @functools.cached_property
    def shapes(self) -> tuple[tuple[Shape, ...], ...]:
        """The alternatives of each demand: its task's shape, or those of its offers."""
        if self.is_rigid:
            return tuple((shape,) for shape in _task_shapes(self.instance, self.pools))
        return tuple(tuple(offer.shape for offer in each) for each in self.offers)


def compile_view(instance: "EntanglementScheduling") -> View:
    """Return the view of an instance whose references are sound."""
    from planner.models.entanglement_scheduling.compile_network import compile_network

    network = compile_network(instance)
    if isinstance(instance.workload, Tasks):
        pools, node = _qubits(network)
        capacity = np.ones(len(pools), dtype=np.int64)
    else:
        pools = tuple(f"{name}-{kind}" for name in network.names for kind in "CS")
        node = np.repeat(np.arange(len(network.names)), 2)
        capacity = np.stack([network.communication, network.storage], axis=1).ravel()
    return View(instance, network, pools, capacity, node, _wants(instance, network))


def _qubits(network: Network) -> tuple[tuple[str, ...], IntArray]:
    """Return the names of all qubits, and the node of each."""
    found, node = [], []
    for v, name in enumerate(network.names):
        for kind, count in (("C", network.communication[v]), ("S", network.storage[v])):
            found += [f"{name}-{kind}{place}" for place in range(int(count))]
            node += [v] * int(count)
    return tuple(found), np.array(node, dtype=np.int64)


def _wants(instance: "EntanglementScheduling", network: Network) -> tuple[Want, ...]:
    kind, entries = _entries(instance, network)
    node = {name: place for place, name in enumerate(network.names)}
    field = "workload" if isinstance(instance.workload, Random) else f"workload.{kind}s"
    return tuple(
        _want(instance, each, f"{kind}{place}", f"{field}[{place}]", node)
        for place, each in enumerate(entries)
    )


def _entries(
    instance: "EntanglementScheduling", network: Network
) -> tuple[str, tuple[Demand | Task, ...]]:
    """Return what the entries of the workload are called, and the entries."""
    workload = instance.workload
    if isinstance(workload, Tasks):
        return "task", workload.tasks
    if isinstance(workload, Random):
        from planner.models.entanglement_scheduling.random_demands import draw_demands

        return "demand", draw_demands(network, workload)
    return "demand", workload.demands


def _want(
    instance: "EntanglementScheduling",
    entry: Demand | Task,
    name: str,
    field: str,
    node: dict[str, int],
) -> Want:
    slot = instance.hardware.slot
    if isinstance(entry, Task):
        period = entry.period
        rate = 1 / (period * slot) if entry.rate is None else entry.rate
    else:
        rate, period = entry.rate, period_slots(entry.rate, slot)
    bounds = [each for each in (_limit(instance), entry.max_jitter) if each is not None]
    return Want(
        name=entry.name or name,
        field=field,
        source=None if entry.source is None else node[entry.source],
        target=None if entry.target is None else node[entry.target],
        min_fidelity=entry.min_fidelity,
        rate=rate,
        period=period,
        mandatory=entry.mandatory or instance.objective == "latency",
        weight=entry.weight,
        jitter=_jitter(bounds, period, slot),
    )


def _jitter(bounds: list[float], period: int, slot: float) -> int | None:
    """Return the slots of the tightest bound; starts in adjacent windows are always within one."""
    slots = _down(min(bounds), slot) if bounds else period
    return slots if slots < period else None


def _limit(instance: "EntanglementScheduling") -> float | None:
    """Return the jitter that every demand must keep, in seconds."""
    jitter = instance.limits.jitter
    if isinstance(jitter, str):
        return 0.0 if jitter == "zero" else None
    return jitter


def _down(seconds: float, slot: float) -> int:
    """Return the whole slots within a time, of decimal figures."""
    return int(Fraction(repr(seconds)) / Fraction(repr(slot)))


def _task_shapes(instance: "EntanglementScheduling", pools: tuple[str, ...]) -> list[Shape]:
    place = {name: index for index, name in enumerate(pools)}
    shapes = []
    for task in instance.workload.tasks if isinstance(instance.workload, Tasks) else ():
        rows = [(place[name], b, e) for name, spans in task.busy.items() for b, e in sorted(spans)]
        pool, begin, end = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        shapes.append(Shape(task.length, pool, begin, end))
    return shapes

"""From the user's nodes, links and hardware to a network of arrays."""

import functools
import math
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.base.quantities import SMALLEST
from planner.models.entanglement_scheduling.hardware import Hardware, SingleClick
from planner.models.entanglement_scheduling.network import (
    Network,
    Physics,
    Setting,
    period_slots,
    whole_slots,
)
from planner.models.entanglement_scheduling.protocols import physics
from planner.models.entanglement_scheduling.topology import Capability, Graph
from planner.models.entanglement_scheduling.workload import LONGEST

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.instance import EntanglementScheduling


def compile_network(instance: "EntanglementScheduling") -> Network:
    """Return the network of an instance; links come in the order of `topology.links`."""
    graph, hardware = instance.topology.graph(), instance.hardware
    place = {node.name: index for index, node in enumerate(graph.nodes)}
    lengths = [graph.length if link.length is None else link.length for link in graph.links]
    return Network(
        names=tuple(place),
        communication=_counts(graph, "communication_qubits"),
        storage=_counts(graph, "storage_qubits"),
        is_end=tuple(node.end_node for node in graph.nodes),
        ends=np.array([(place[e.a], place[e.b]) for e in graph.links], np.int64).reshape(-1, 2),
        length=np.array(lengths, dtype=np.float64),
        settings=tuple(
            settings_of(link.capabilities, length, hardware)
            for link, length in zip(graph.links, lengths, strict=True)
        ),
        physics=_physics(hardware),
    )


def _counts(graph: Graph, key: str) -> np.ndarray:
    default = getattr(graph, key)
    own = (getattr(node, key) for node in graph.nodes)
    return np.array([default if count is None else count for count in own], dtype=np.int64)


def _physics(hardware: Hardware) -> Physics:
    return Physics(
        slot=hardware.slot,
        swap_slots=max(1, whole_slots(hardware.swap, hardware.slot)),
        distil_slots=max(1, whole_slots(hardware.distillation, hardware.slot)),
        swap_success=hardware.swap_success,
        storage_time=hardware.storage_time,
        communication_time=hardware.communication_time,
    )


def settings_of(
    own: tuple[Capability, ...] | None, length: float, hardware: Hardware
) -> tuple[Setting, ...]:
    """Return what a link can do: its own list, the hardware's, or the model of its length.

    A model has no settings that take longer than the longest period; lists stay as they are, so
    that the numbers of their entries do.
    """
    capabilities = written = own or hardware.capabilities
    if capabilities is None and hardware.links == "nv":
        capabilities = profile("nv", length)
    elif capabilities is None:
        capabilities = single_click(hardware.single_click, length)
    found = tuple(_setting(each, hardware) for each in capabilities)
    return found if written else tuple(each for each in found if each.slots <= LONGEST)


@functools.cache
def profile(name: str, length: float) -> tuple[Capability, ...]:
    """Return the capabilities of known hardware over `length` metres.

    Rates follow the attempts per second, whose time is the emission and the way through the fibre:
    at the known length they are the known ones.
    """
    known = _profiles()[name]
    at = known["length_km"] * 1e3
    emission = known["emission_us"] * 1e-6
    factor = (emission + at / physics.FIBRE_SPEED) / (emission + length / physics.FIBRE_SPEED)
    rates = [rate if length == at else rate * factor for rate in known["rate_hz"]]
    rows = zip(known["fidelity"], rates, known["bright"], strict=True)
    return tuple(
        Capability.model_construct(fidelity=fidelity, rate=rate, bright=bright)
        for fidelity, rate, bright in rows
    )


@functools.cache
def _profiles() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("profiles.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def single_click(model: SingleClick, length: float) -> tuple[Capability, ...]:
    """Return the capabilities of a link of `length` metres driven by single-click generation.

    Each photon passes half of the fibre: the attempts' success falls with 10^(-loss/10 length/2).
    """
    through = 10 ** (-model.loss_db_per_km * length / 2_000 / 10)
    found = []
    for alpha in model.bright:
        fidelity, rate = physics.single_click(
            length,
            alpha,
            intercept=model.intercept,
            slope=model.slope,
            detection=model.detection * through,
            emission=model.emission,
        )
        if rate < SMALLEST:
            continue
        # Figures are in base units already, which validation would refuse.
        found.append(
            Capability.model_construct(fidelity=max(0.25, fidelity), rate=rate, bright=alpha)
        )
    return tuple(found)


def _setting(capability: Capability, hardware: Hardware) -> Setting:
    rate, slot = capability.rate, hardware.slot
    if hardware.link_success is None:
        slots = period_slots(rate, slot)
    else:
        slots = math.ceil(-math.log1p(-hardware.link_success) / (rate * slot))
    success = -math.expm1(-rate * slots * slot)
    return Setting(capability.fidelity, rate, max(1, slots), success, capability.bright)

"""What nodes and links can do: slot length, operations, memories, and how protocols are chosen."""

from typing import Annotated, Literal

from pydantic import Field

from planner.models.base.quantities import Duration
from planner.models.base.record import Record
from planner.models.entanglement_scheduling.protocols import physics
from planner.models.entanglement_scheduling.topology import Capability, Fidelity

Probability = Annotated[float, Field(ge=1e-6, le=1)]
Positive = Annotated[Duration, Field(gt=0)]
Slot = Annotated[Duration, Field(ge=1e-9, le=1e5)]


class SingleClick(Record):
    """Links driven by single-click generation, with populations of your own.

    Fidelity `intercept` - `slope` * alpha; one attempt lasts `emission` + length / `light_speed`
    and succeeds with probability 2 alpha p. The defaults fit the capabilities of nitrogen-vacancy
    centres of arXiv 2111.13124, in which loss in the fibre plays no part.
    """

    bright: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = (
        0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5,
    )  # fmt: skip
    """Bright-state populations alpha that the link may use."""
    intercept: Fidelity = physics.INTERCEPT
    slope: Annotated[float, Field(gt=0, le=1)] = physics.SLOPE
    detection: Probability = physics.DETECTION
    """Probability p that a photon is emitted, collected and detected, without fibre loss."""
    emission: Positive = physics.EMISSION
    loss_db_per_km: Annotated[float, Field(ge=0, le=10)] = 0.0
    """Attenuation of the fibre; each of the two photons travels half of the length."""


class Hardware(Record):
    """Times, memories and links; operations last whole slots."""

    slot: Slot = 0.01
    """From a nanosecond to 100,000 s."""
    swap: Positive = 0.01
    distillation: Positive = 0.01
    swap_success: Probability = 1.0
    storage_time: Positive = 1.0
    """Depolarising time of a half in a storage qubit."""
    communication_time: Positive = 1.46
    """Depolarising time of a half that waits in a communication qubit."""
    capabilities: Annotated[tuple[Capability, ...], Field(min_length=1)] | None = None
    """What every link can do that does not say so itself, whatever its length."""
    links: Literal["nv", "single_click"] = "nv"
    """What the other links can do. `nv`: figures of nitrogen-vacancy centres over 5 km, rates at
    other lengths in proportion to the attempts per second. `single_click`: the model below."""
    single_click: SingleClick = SingleClick()
    link_success: Annotated[float, Field(ge=1e-6, lt=1)] | None = None
    """Probability with which a generation is to succeed in its slots; the mean time if not given.
    """


Scheme = Literal["published", "pareto"]
Distillation = Literal["bbpssw", "dejmps", "epl"]


class Protocols(Record):
    """The protocols that may serve a demand."""

    schemes: Annotated[tuple[Scheme, ...], Field(min_length=1)] = ("published", "pareto")
    """`published`: equal fidelity targets for both halves of a path (arXiv 2111.13124). `pareto`:
    every trade-off of fidelity, latency and qubit time that the search finds."""
    distillation: tuple[Distillation, ...] = ("bbpssw",)
    routes: Annotated[int, Field(strict=True, ge=1, le=100)] = 1
    """Shortest paths to consider per demand."""
    most: Annotated[int, Field(strict=True, ge=1, le=1_000)] = 6
    """Protocols to offer per demand."""
    fidelity: Literal["ideal", "decohered"] = "ideal"
    """Which fidelity must reach the demand's: without or with the waiting of the protocol."""

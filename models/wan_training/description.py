"""The nouns of an instance: the model, the link, the choices that are open, and the limits."""

from typing import Annotated, Literal

from pydantic import Field

from planner.models.base.quantities import DURATION, AnySize, Duration, Quantity, Rate
from planner.models.base.record import Count, Record

Schedule = Literal["dp", "diloco", "streaming", "overlap", "co2"]
Layers = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Steps = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Bits = Annotated[int, Field(strict=True, ge=1, le=64)]
StepTime = Annotated[float, Field(gt=0), Quantity(DURATION)]


class TrainedModel(Record):
    """What is trained: equal layers, and how long a step computes without communication."""

    layers: Layers
    parameters: Annotated[float, Field(ge=1, le=1e18)]
    """Parameters of the whole model; each layer holds an equal share."""
    step_time: StepTime
    """Compute time of one optimiser step, forward and backward."""
    gradient_bits: Bits = 16
    """Bits per parameter that plain data parallelism reduces in every step."""
    copy_bytes: Annotated[int, Field(strict=True, ge=1, le=16)] = 4
    """Bytes per parameter of each copy of the model that the optimisers keep."""


class Link(Record):
    """The slow link between sites; one all-reduce after the other travels over it."""

    bandwidth: Rate | None = None
    """Bandwidth of a site; needed for the objective `utilisation`."""
    participants: Annotated[int, Field(strict=True, ge=2, le=1_000_000)] = 2
    """Sites M; a ring all-reduce sends 2 (1 - 1/M) times the data (1 for two sites)."""
    latency: Duration = 0.0
    """Start-up time of every all-reduce, during which the link is busy."""


class Choices(Record):
    """The variants among which the plan is chosen: every combination of the lists."""

    schedules: tuple[Schedule, ...] = ("dp", "diloco", "streaming", "overlap", "co2")
    inner_steps: tuple[Steps, ...] = (100,)
    """Steps between two synchronisations of the same parameters (H; CO2 calls it tau)."""
    fragment_layers: tuple[Layers, ...] = (3,)
    """Layers per fragment of the streaming schedules."""
    fragment_interval: tuple[Steps, ...] = ()
    """Steps from one fragment to the next; evenly over the inner steps if not given."""
    overlap_steps: tuple[Steps, ...] = (1,)
    """By how many further steps an all-reduce of the schedule `overlap` may last."""
    outer_bits: tuple[Bits, ...] = (16, 4)
    """Bits per parameter of outer gradients (all schedules but `dp`)."""


class Search(Record):
    """Where a required bandwidth is looked for."""

    rule: Literal["continuous", "grid", "published"] = "continuous"
    """`continuous`: the least bandwidth that reaches the target. `grid`: the least such point of
    the grid. `published`: the largest point of the grid that does not, as tables print it."""
    lowest: Rate = 1.25e7
    """Lower end, 0.1 Gbit/s unless given."""
    highest: Rate = 1.25e11
    """Upper end, 1000 Gbit/s unless given."""
    points: Annotated[int, Field(strict=True, ge=2, le=1_000)] = 50
    """Points of the grid, evenly in the logarithm."""


class Limits(Record):
    """What a plan may cost beside bandwidth."""

    memory_overhead: AnySize | None = None
    """Most memory beyond plain data parallelism, of all devices of one site together."""
    synchronisation_period: Count | None = None
    """Most steps between two synchronisations of the same parameters."""
    staleness: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] | None = None
    """Most steps that are computed while an all-reduce is under way (`co2`: a whole period)."""

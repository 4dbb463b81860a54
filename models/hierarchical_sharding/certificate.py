"""What proves a bound on the time of a step, or that no plan fits the memory."""

from typing import Literal

from planner.models.base.arrays import Floats
from planner.models.base.artefacts import Certificate
from planner.models.base.record import Record


class EnumerationCertificate(Certificate):
    """Every uniform plan was looked at, and is again in the check; the whole front is claimed."""

    kind: Literal["enumeration"] = "enumeration"
    value: float
    """Least time of a plan that fits, in seconds."""
    memory: float
    """Least memory of a plan that is as fast, in bytes."""
    front_memory: Floats
    """Memory of the plans that none beats in both memory and time, rising."""
    front_time: Floats
    """Their times, falling."""


class FloorCertificate(Certificate):
    """Every plan moves at least what one all-reduce of the gradients moves."""

    kind: Literal["floor"] = "floor"
    value: float


class Multipliers(Record):
    """Prices under which each layer alone picks its cheapest sharding."""

    gather_unit: float
    """Plans whose largest gathered unit has at most so many parameters, ..."""
    scatter_unit: float
    """... and whose largest reduce-scattered unit so many."""
    memory: float
    """Seconds per byte of device memory, zero or more."""
    forward: float = 1.0
    """Weight, from 0 to 1, of communication against computation in the forward pass."""
    backward: float = 1.0
    """The same for the backward pass."""


class MixedCertificate(Certificate):
    """The Lagrangian bound of mixed plans, for each size of buffers."""

    kind: Literal["mixed"] = "mixed"
    value: float
    schedules: tuple[tuple[Multipliers, ...], ...]
    """By schedule of the instance, then by case of buffer sizes, as `mixed.cases` lists them."""


class MemoryCertificate(Certificate):
    """The smallest memory of any plan exceeds the limit."""

    kind: Literal["memory"] = "memory"
    smallest: float
    """Bytes per device."""


class PolicyCertificate(Certificate):
    """Every plan that the policy allows was looked at, and none fits the memory."""

    kind: Literal["policy"] = "policy"
    smallest: float | None
    """Least memory of such a plan, in bytes; `None` where the policy allows no plan at all."""


ShardingCertificate = (
    EnumerationCertificate
    | FloorCertificate
    | MixedCertificate
    | MemoryCertificate
    | PolicyCertificate
)
CERTIFICATES = (
    EnumerationCertificate,
    FloorCertificate,
    MixedCertificate,
    MemoryCertificate,
    PolicyCertificate,
)

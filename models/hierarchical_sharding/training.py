"""How the model is trained: micro-batches, compute times, overlap, and the bits that are sent."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from planner.models.base.errors import Issue
from planner.models.base.quantities import AnySize, Duration
from planner.models.base.record import Count, Name, Record

Bits = Literal[16, 8, 4]
BitsChoice = Bits | Annotated[tuple[Bits, ...], Field(min_length=1, max_length=3)]
"""Bits per value, or several among which the planner chooses."""
SecondsPerByte = Annotated[float, Field(ge=0, le=1)]


class Schedule(Record):
    """One way to run an optimizer step: how many micro-batches, and what each costs."""

    name: Name = "schedule"
    microbatches: Count = 1
    """Gradient accumulation steps per optimizer step."""
    activations: AnySize = 0.0
    """Activation memory of a device."""
    forward: Duration = 0.0
    """Compute time of one micro-batch."""
    backward: Duration = 0.0
    """Compute time of one micro-batch, recomputation included."""


class Recomputation(Record):
    """A way to save activation memory by computing parts of the forward pass again."""

    name: Name
    activations: Annotated[float, Field(ge=0, le=1)]
    """Share of the activation memory that remains."""
    forward: Annotated[float, Field(ge=0, le=10)]
    """Forward passes that are computed again during backward."""


NO_RECOMPUTATION = Recomputation(name="none", activations=1.0, forward=0.0)


class Batch(Record):
    """What one device processes per optimizer step; the planner chooses the micro-batches."""

    sequences: Annotated[int, Field(strict=True, ge=1, le=100_000)]
    """Sequences of one device per optimizer step."""
    activations: AnySize
    """Activation memory of one sequence."""
    forward: Duration
    """Compute time of one sequence."""
    backward: Duration
    recomputation: tuple[Recomputation, ...] = Field(
        default=(NO_RECOMPUTATION,), min_length=1, max_length=16
    )

    def schedules(self) -> tuple[Schedule, ...]:
        """Return every division into equal micro-batches, with every recomputation."""
        counts = [n for n in range(1, self.sequences + 1) if self.sequences % n == 0]
        return tuple(
            self._schedule(count, again) for again in self.recomputation for count in counts
        )

    def _schedule(self, count: int, again: Recomputation) -> Schedule:
        size = self.sequences // count
        return Schedule(
            name=f"{count}x{size}-{again.name}",
            microbatches=count,
            activations=f"{size * self.activations * again.activations!r} B",
            forward=f"{size * self.forward!r} s",
            backward=f"{size * (self.backward + again.forward * self.forward)!r} s",
        )


class Training(Record):
    """The optimizer step; `schedules` or `batch` let the planner choose among several."""

    microbatches: Count = 1
    activations: AnySize = 0.0
    forward: Duration = 0.0
    """Compute time of one micro-batch."""
    backward: Duration = 0.0
    schedules: tuple[Schedule, ...] = Field(default=(), max_length=256)
    batch: Batch | None = None
    overlap: Literal["none", "prefetch"] = "none"
    """`prefetch`: gathers and reductions of a micro-batch run beside its computation."""
    collectives: Literal["sequential", "pipelined", "flat_ring"] = "sequential"
    """How a collective crosses the levels: one after the other, all at once, or as one ring."""

    def cross_check(self) -> Iterator[Issue]:
        """Yield faults: several descriptions of the step, or schedules of one name."""
        single = (self.microbatches, self.activations, self.forward, self.backward)
        given = [single != (1, 0.0, 0.0, 0.0), bool(self.schedules), self.batch is not None]
        if sum(given) > 1:
            message = "the optimizer step is described more than once"
            fix = "Give one of: single values, `schedules`, or `batch`."
            yield Issue(code="schedule-twice", loc=("training",), message=message, fix=fix)
        names: set[str] = set()
        for place, schedule in enumerate(self.schedules):
            if schedule.name in names:
                loc = ("training", "schedules", place, "name")
                message = f"two schedules are called `{schedule.name}`"
                fix = "Give every schedule a name of its own."
                yield Issue(code="schedule-repeated", loc=loc, message=message, fix=fix)
            names.add(schedule.name)

    def options(self) -> tuple[Schedule, ...]:
        """Return the schedules to choose from, whichever way they were described."""
        if self.batch is not None:
            return self.batch.schedules()
        if self.schedules:
            return self.schedules
        return (
            Schedule(
                microbatches=self.microbatches,
                activations=f"{self.activations!r} B",
                forward=f"{self.forward!r} s",
                backward=f"{self.backward!r} s",
            ),
        )


class KernelCost(Record):
    """Seconds per byte of 16-bit payload that quantising and restoring it takes."""

    forward: SecondsPerByte = 0.0
    backward: SecondsPerByte = 0.0
    gradients: SecondsPerByte = 0.0
    sync: SecondsPerByte = 0.0
    update: SecondsPerByte = 0.0


class Precision(Record):
    """Bits of each collective: a policy, since accuracy is not modelled."""

    forward: BitsChoice = 16
    """Gather of parameters for the forward pass."""
    backward: BitsChoice = 16
    """Gather of parameters for the backward pass."""
    gradients: BitsChoice = 16
    """Reduce-scatter of gradients, every micro-batch."""
    sync: BitsChoice = 16
    """Reduction of gradients at the end of the step."""
    update: BitsChoice = 16
    """Gather of updated parameters."""
    block: Count = 2048
    """Values that share a scale, where fewer than 16 bits are sent."""
    scale_bytes: Annotated[float, Field(ge=0, le=64)] = 0.0
    """Bytes of a scale."""
    kernel: KernelCost = KernelCost()


class Policy(Record):
    """Which plans may be chosen."""

    mixed: bool = False
    """Whether layers of a class, and classes, may have shardings of their own."""

    secondary: bool = True
    """Whether a second, more local copy of the parameters may serve the backward pass."""
    keep: tuple[bool, ...] = Field(default=(False, True), min_length=1, max_length=2)
    """Whether gathered parameters may (or must) be kept from forward to backward."""
    frameworks: tuple[Literal["any", "deepspeed", "fsdp2", "internevo"], ...] = Field(
        default=("any",), min_length=1
    )
    """Only plans that one of these can express; `any` allows every plan."""


class Limits(Record):
    """Limits of a device, and of the plan."""

    memory: AnySize | Literal["unlimited"] | None = None
    """Memory of a device; that of the named cluster, or unlimited, if not given."""
    reserve: AnySize = 0.0
    """Memory set aside for everything that is not modelled."""
    communicators: Count | None = None
    """Most distinct groups (of more than one device) in a plan; no limit if not given."""

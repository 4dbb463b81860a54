"""What is trained: parameters by count, by layer class, or by the name of an architecture."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from planner.models.base.errors import Issue
from planner.models.base.record import Count, Name, Record

Parameters = Annotated[float, Field(gt=0, le=1e18)]
"""A number of parameters."""
Bytes = Annotated[float, Field(gt=0, le=64)]
"""Bytes per parameter."""


class LayerClass(Record):
    """Layers of one size: every one of them is gathered and reduced by itself."""

    name: Name
    count: Count = 1
    """How many there are."""
    parameters: Parameters
    """Parameters of one of them, all experts included."""
    unit_parameters: Annotated[float, Field(ge=0, le=1e18)] | None = None
    """Largest piece that is gathered at a time; the whole layer if not given, 0 for no buffer."""
    buckets: Annotated[int, Field(strict=True, ge=0, le=100_000)] = 1
    """Collectives per layer and pass; only latency depends on it."""
    expert_parallel: Count = 1
    """Devices that hold different experts; the state is only shared by 1 in so many devices."""


class Model(Record):
    """A model; exactly one of `parameters`, `classes` and `architecture` is given."""

    parameters: Parameters | None = None
    unit_parameters: Annotated[float, Field(ge=0, le=1e18)] | None = None
    """With `parameters`: the largest unit that is gathered at a time; 0 for no buffer."""
    buckets: Annotated[int, Field(strict=True, ge=0, le=100_000)] = 1
    """With `parameters`: collectives per pass; only latency depends on it."""
    classes: tuple[LayerClass, ...] = Field(default=(), max_length=64)
    architecture: Name | None = None
    """For example `llama-7b`; the classes are its layers and its embedding."""
    parameter_bytes: Bytes = 2.0
    gradient_bytes: Bytes = 2.0
    """4 where gradients are accumulated in fp32."""
    optimizer_bytes: Bytes = 12.0
    """fp32 parameters and the two moments of Adam: 12."""

    def cross_check(self) -> Iterator[Issue]:
        """Yield faults: none or several descriptions, unknown names, classes twice."""
        from planner.models.hierarchical_sharding.architectures import ARCHITECTURES

        given = [self.parameters is not None, bool(self.classes), self.architecture is not None]
        if sum(given) != 1:
            message = f"{sum(given) or 'none'} of `parameters`, `classes` and `architecture` given"
            yield _issue("model-size", (), message, "Give exactly one of the three.")
        if self.parameters is not None and self.unit_parameters is None:
            message = "the memory of gather buffers is not known"
            fix = "Give the parameters of the largest layer, or 0 to leave the buffers out."
            yield _issue("unit-missing", ("unit_parameters",), message, fix)
        if self.parameters is None and (self.unit_parameters is not None or self.buckets != 1):
            message = "`unit_parameters` and `buckets` stand beside classes"
            fix = "Give them in each class, or describe the model by `parameters`."
            yield _issue("unit-twice", (), message, fix)
        if self.architecture is not None and self.architecture not in ARCHITECTURES:
            message = f"there is no architecture called `{self.architecture}`"
            fix = f"Known: {', '.join(sorted(ARCHITECTURES))}; or list `classes`."
            yield _issue("architecture-unknown", ("architecture",), message, fix)
        names: set[str] = set()
        for place, layer in enumerate(self.classes):
            if layer.name in names:
                message = f"two classes are called `{layer.name}`"
                loc = ("classes", place, "name")
                yield _issue("class-repeated", loc, message, "Give every class its own name.")
            names.add(layer.name)

    def layers(self) -> tuple[LayerClass, ...]:
        """Return the model as classes, whichever way it was described."""
        from planner.models.hierarchical_sharding.architectures import architecture_classes

        if self.classes:
            return self.classes
        if self.architecture is not None:
            return architecture_classes(self.architecture)
        assert self.parameters is not None
        return (
            LayerClass(
                name="model",
                parameters=self.parameters,
                unit_parameters=self.unit_parameters,
                buckets=self.buckets,
            ),
        )


def _issue(code: str, place: tuple[str | int, ...], message: str, fix: str) -> Issue:
    return Issue(code=code, loc=("model", *place), message=message, fix=fix)

"""What is stored: so many parameters, or tensors that parallel layouts know how to cut."""

import math
from typing import Annotated, Literal

from pydantic import Field

from planner.models.base.quantities import Size
from planner.models.base.record import Count, Name, Record

MOST_PARAMETERS = 10**14
"""Sums over all shards then stay below what 64-bit integers and floats hold exactly."""

Parameters = Annotated[float, Field(ge=1, le=MOST_PARAMETERS)]
"""A whole number of parameters, which may be written as `1e9`."""


class Tensor(Record):
    """A parameter tensor and how tensor parallelism cuts it (row-major storage)."""

    name: Name
    shape: tuple[Count, ...] = Field(min_length=1, max_length=2)
    split: Literal["replicated", "column", "row", "vocabulary"] = "replicated"
    """`replicated`: every rank has all of it. `column`: cut along the first axis (the outputs),
    shards are concatenated along axis 0. `row`: cut along the last axis, concatenated along it.
    `vocabulary`: as `column`, after padding the rows to a multiple."""
    parts: Count = 1
    """Equal sub-tensors laid one after the other along the axis that is cut, for example 2 for
    fused gate and up projections; every rank has its share of each."""
    place: Literal["layer", "first", "last"] = "layer"
    """In every layer, or once on the first or last pipeline stage."""

    @property
    def size(self) -> int:
        """Parameters of one copy, without padding."""
        return math.prod(self.shape)


class State(Record):
    """Training state; exactly one of `parameters`, `size` and `tensors` is given."""

    bytes_per_parameter: Annotated[float, Field(gt=0, le=64)] = 12.0
    """12 for a 32-bit weight and both Adam moments; 1 to count ranges in bytes."""
    parameters: Parameters | None = None
    size: Size | None = None
    """Bytes of the whole state."""
    tensors: tuple[Tensor, ...] = Field(default=(), max_length=1_000)
    """In the order of storage: those of the first stage, all layers in turn, the last stage."""
    layers: Count = 1
    """With `tensors`: number of layers, each of which has every tensor with `place: layer`."""

    def forms(self) -> list[str]:
        """Return which of the three ways to give the state are used."""
        given = {
            "parameters": self.parameters is not None,
            "size": self.size is not None,
            "tensors": bool(self.tensors),
        }
        return [field for field, is_given in given.items() if is_given]

    def count(self) -> float:
        """Return the number of parameters; no whole number where the fields give none."""
        if self.parameters is not None:
            return self.parameters
        if self.size is not None:
            return self.size / self.bytes_per_parameter
        repeats = {"layer": self.layers, "first": 1, "last": 1}
        return float(sum(repeats[tensor.place] * tensor.size for tensor in self.tensors))

"""Number columns inside plans and certificates: read-only numpy arrays that JSON shows as lists."""

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from planner.models.base.faults import fault

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

_FIX = "Give a list of numbers of equal length, or leave the field out."


class Column:
    """Marks a field as an array of one type and a fixed number of axes."""

    def __init__(self, kind: type[np.int64] | type[np.float64], axes: int = 1) -> None:
        self.kind = kind
        self.axes = axes

    def _read(self, value: object) -> NDArray[Any]:
        try:
            array = np.asarray(value)
            if array.size == 0:
                array = array.astype(self.kind).reshape((0,) * self.axes)
        except ValueError:
            raise fault("array-shape", "the rows have different lengths", _FIX) from None
        if array.ndim != self.axes:
            raise fault("array-shape", f"this has {array.ndim} axes, not {self.axes}", _FIX)
        if array.dtype.kind not in ("iu" if self.kind is np.int64 else "iuf"):
            wanted = "whole numbers" if self.kind is np.int64 else "numbers"
            raise fault(
                "array-type", f"not every entry is one of the {wanted} this column holds", _FIX
            )
        array = array.astype(self.kind)
        if self.kind is np.float64 and not np.isfinite(array).all():
            raise fault("array-not-finite", "an entry is NaN or infinite", _FIX)
        array.setflags(write=False)
        return array

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        to_list = core_schema.plain_serializer_function_ser_schema(
            lambda array: array.tolist(), when_used="json"
        )
        return core_schema.no_info_plain_validator_function(self._read, serialization=to_list)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        inner: dict[str, Any] = {"type": "integer" if self.kind is np.int64 else "number"}
        for _ in range(self.axes):
            inner = {"type": "array", "items": inner}
        return inner


Integers = Annotated[IntArray, Column(np.int64)]
"""One axis of whole numbers."""
Floats = Annotated[FloatArray, Column(np.float64)]
"""One axis of finite numbers."""
IntegerTable = Annotated[IntArray, Column(np.int64, axes=2)]
"""Two axes of whole numbers."""
FloatTable = Annotated[FloatArray, Column(np.float64, axes=2)]
"""Two axes of finite numbers."""

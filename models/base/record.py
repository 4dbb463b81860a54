"""The base class of everything a user writes or a plan stores."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Record(BaseModel):
    """A frozen set of named values; unknown keys, NaN and infinities are refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        arbitrary_types_allowed=True,
        ser_json_inf_nan="constants",
    )


Name = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=200, pattern=r"^[^\s,;]+$")
]
"""The name of a node, link or flow, without blanks, commas and semicolons (CSV, command line)."""

Text = Annotated[str, StringConstraints(strict=True, max_length=10_000)]
"""Free text: a description or the source of the figures."""

Count = Annotated[int, Field(strict=True, ge=1, le=10_000_000)]
"""A whole number of things, at least one."""

Index = Annotated[int, Field(strict=True, ge=0, le=2**53)]
"""A position, counted from zero."""

Number = Annotated[float, Field(ge=0)]
"""A finite number, zero or more, without a unit."""

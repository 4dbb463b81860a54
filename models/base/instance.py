"""What every instance has: a problem, a version, a name, and one canonical JSON form."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field, PrivateAttr

from planner.models.base.errors import Issue
from planner.models.base.record import Record, Text
from planner.models.base.sidecar import Sidecar


class Origin(Record):
    """Where an instance was read from and what was changed on the way."""

    source: str | None = None
    """Name of the file, without its folder."""
    overrides: Mapping[str, Any] = {}
    """Values changed with `--set` or `replace`, by path."""


class Instance(Record):
    """A validated, frozen description of one planning problem."""

    problem: str
    """Name of the problem in the catalog."""
    schema_version: int = Field(strict=True, ge=1)
    """Version of this problem's input format."""
    name: Text
    """What the user calls this instance."""
    description: Text | None = None
    """What it is about, for people."""
    source: Text | None = None
    """Where the figures come from."""
    units: Literal["physical", "normalised"] = "physical"
    """`physical`: quantities carry their unit. `normalised`: sizes and rates are bare numbers."""

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @property
    def origin(self) -> Origin:
        """Where this instance was read from."""
        return self._origin

    def cross_check(self) -> Iterator[Issue]:
        """Yield every fault that concerns more than one entity (references, physics).

        Problems override this; the loader reports all issues at once.
        """
        yield from ()

    @property
    def is_normalised(self) -> bool:
        """Whether sizes and rates are bare numbers."""
        return self.units == "normalised"

    def data(self) -> dict[str, Any]:
        """Return the canonical JSON values; defaults are left out, quantities keep a unit."""
        context = {"normalised": self.is_normalised}
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True, context=context)

    def sidecars(self) -> tuple[Sidecar, ...]:
        """Return every side-car of the instance."""
        return tuple(_sidecars(self))

    def sidecar_digests(self) -> dict[str, str]:
        """Return the SHA-256 of every side-car by the file name the instance gives."""
        return {car.file: car.content.sha256 for car in self.sidecars()}

    def sha256(self) -> str:
        """Return the digest of the canonical JSON together with the side-cars' digests."""
        return digest({"data": self.data(), "sidecars": self.sidecar_digests()})


def digest(value: object) -> str:
    """Return the hex SHA-256 of `value` as JSON with sorted keys and no blanks."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _sidecars(value: object) -> Iterator[Sidecar]:
    if isinstance(value, Sidecar):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _sidecars(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _sidecars(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _sidecars(item)

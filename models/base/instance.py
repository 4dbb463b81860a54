"""What every instance has: a problem, a version, a name, and one canonical JSON form."""

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

import numpy as np
from pydantic import BaseModel, Field, PrivateAttr

from planner.models.base.errors import Issue
from planner.models.base.record import Record, Text
from planner.models.base.sidecar import Sidecar

_PLAIN = (str, int, float, bool, None, type(None), ...)
"""Types that hold nothing, and the dots of `tuple[X, ...]`."""


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

    def __eq__(self, other: object) -> bool:
        """Return whether two instances say the same, whatever has been computed from them."""
        return isinstance(other, Instance) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        """Return a number that equal instances share."""
        return hash(self.fingerprint)

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
        return self.fingerprint

    @functools.cached_property
    def fingerprint(self) -> str:
        """What `sha256` returns, computed once: an instance never changes."""
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
        for name in _fields_with_sidecars(type(value)):
            yield from _sidecars(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _sidecars(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _sidecars(item)


@functools.cache
def _fields_with_sidecars(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the fields of a model whose type can hold a side-car.

    Lists of a million flows are never walked.
    """
    fields = model.model_fields.items()
    return tuple(name for name, field in fields if _can_hold(field.annotation, frozenset()))


def _can_hold(kind: Any, outer: frozenset[type[BaseModel]]) -> bool:
    """Return whether a value of an annotated type can hold a side-car; of others it may.

    `outer` are the models that the question is asked of already.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal or kind in _PLAIN or origin is np.ndarray:
        return False
    if origin is Annotated:
        return _can_hold(arguments[0], outer)
    if arguments:
        return any(_can_hold(argument, outer) for argument in arguments)
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return True
    if issubclass(kind, Sidecar):
        return True
    if kind in outer:
        return False
    fields = kind.model_fields.values()
    return any(_can_hold(field.annotation, outer | {kind}) for field in fields)

"""Large arrays that live in a file beside the instance.

The field only names the file. Whoever validates the instance passes a reader in the validation
context (`sidecars`); reading files, digests and size limits are the loader's work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from numpy.typing import NDArray
from pydantic import PrivateAttr, ValidationInfo, model_validator

from planner.models.base.faults import fault
from planner.models.base.record import Record, Text


@dataclass(frozen=True, slots=True)
class SidecarContent:
    """What a side-car holds: its digest (hex SHA-256 of the bytes) and its arrays by name."""

    sha256: str
    arrays: Mapping[str, NDArray[Any]] = field(compare=False)


class SidecarReader(Protocol):
    """Reads a side-car by the name the instance gives it."""

    def __call__(self, file: str) -> SidecarContent:
        """Return the content; raise a `faults.fault` for a bad file."""
        ...


class Sidecar(Record):
    """A file beside the instance: `.npz` with named arrays, or `.csv` with a header line."""

    file: Text
    """Path of the file, relative to the folder of the instance and inside it."""
    unit: Text | None = None
    """Unit of the quantities in the file; not given when the instance is normalised."""

    _content: SidecarContent | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _read(self, info: ValidationInfo) -> Self:
        reader = (info.context or {}).get("sidecars")
        if reader is None:
            message = f"`{self.file}` cannot be read here: the instance has no folder"
            fix = "Load the instance from a file, or pass `folder=` to `planner.load`."
            raise fault("sidecar-folder", message, fix)
        self._content = reader(self.file)
        return self

    @property
    def content(self) -> SidecarContent:
        """Return the digest and arrays read during validation."""
        if self._content is None:
            raise ValueError(f"the side-car {self.file} was never read")
        return self._content

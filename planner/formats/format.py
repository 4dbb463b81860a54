"""One file format: what it is called, what it holds, and where its code is."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A file format that instances are read from or results are written to.

    `read` names `module:function` with the signature `(source: Path, options: Options) ->
    InstanceData`; `write` one with `(result, instance, path: Path, options: Options) ->
    list[Path]`. A format may have both.
    """

    name: str
    summary: str
    problems: tuple[str, ...] = ()
    """Problems the format serves; every problem if empty."""
    suffixes: tuple[str, ...] = ()
    """Usual endings of the file name, the dot included."""
    read: str | None = None
    write: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    """What may be asked for beside the file: name and meaning, with the default in words."""

    @property
    def reads(self) -> bool:
        """Whether instances can be imported from it."""
        return self.read is not None

    @property
    def writes(self) -> bool:
        """Whether results can be exported to it."""
        return self.write is not None

    def serves(self, problem: str) -> bool:
        """Return whether the format is for this problem."""
        return not self.problems or problem in self.problems

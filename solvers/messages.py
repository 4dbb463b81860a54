"""What the planner and its worker process say to each other, as length-prefixed pickles.

Only ever over the private pipes between a process and the child it started itself: a pickle from
anywhere else could run any code.
"""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, Literal

from planner.models.base.artefacts import Plan
from planner.models.base.errors import Finding
from planner.solvers.contract import Answer, Budget, Progress

STOP = b"s"
"""The byte that asks the worker to stop."""

_PREFIX = 8


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has started and takes its request."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the worker needs before it can read the request."""

    python_path: tuple[str, ...]
    """The planner's `sys.path`."""
    elapsed: float
    """Seconds since the request began, when the worker said that it is ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A method and everything it is given."""

    entry: str
    """`package.module:function` with the signature `(instance, run) -> Answer`."""
    instance: Any
    budget: Budget
    seed: int
    options: Mapping[str, Any]
    previous: Plan | None


@dataclass(frozen=True, slots=True)
class Report:
    """Progress; an answer is the new incumbent."""

    progress: Progress
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the method gave no answer."""

    kind: Literal["input", "capability", "backend", "missing", "memory", "crash"]
    message: str
    findings: tuple[Finding, ...] = ()


def lacking(error: ImportError) -> str:
    """Return which package is missing, or cannot be used as it is installed, and the way out."""
    package = (error.name or "").partition(".")[0]
    if not package:
        return f"{error}. Mend the installation, or choose another method."
    is_missing = isinstance(error, ModuleNotFoundError)
    advice = "Install" if is_missing else "Reinstall"
    return f"{error}. {advice} the package `{package}`, or choose another method."


def pack(message: object) -> bytes:
    """Return a message ready to be written."""
    content = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return len(content).to_bytes(_PREFIX, "big") + content


def receive(stream: IO[bytes]) -> Any:
    """Read the next message; raises `EOFError` when the other side is gone."""
    return pickle.loads(receive_bytes(stream))


def receive_bytes(stream: IO[bytes]) -> bytes:
    """Read the next message without unpickling it; raises `EOFError` if it is cut short."""
    prefix = stream.read(_PREFIX)
    if len(prefix) < _PREFIX:
        raise EOFError
    size = int.from_bytes(prefix, "big")
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content

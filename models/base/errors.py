"""What can go wrong, told apart by who can mend it.

Expected outcomes (infeasible, stopped by a limit) are results, never exceptions.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One fault in the input, found by a check that knows the instance but not its file.

    `loc` is the place inside the instance, for example `("workload", "flows", 3, "from")`.
    """

    code: str
    loc: tuple[str | int, ...]
    message: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An `Issue` tied to the file, the line (from 1) and the column (from 1) it stands at."""

    code: str
    message: str
    fix: str
    path: str = ""
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the finding as plain JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        """Return one line: where, code, what is wrong and how to mend it."""
        at = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        where = ":".join(at) + ": " if at else ""
        path = f"{self.path}: " if self.path else ""
        return f"{where}[{self.code}] {path}{self.message}. {self.fix}"


class PlannerError(Exception):
    """The root of every error this package raises on purpose."""


class InputError(PlannerError, ValueError):
    """The input is at fault; `findings` holds every fault at once (exit code 2)."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class CapabilityError(PlannerError, ValueError):
    """A method or format cannot take this instance; the message says what can (exit code 2)."""


class BackendError(PlannerError, RuntimeError):
    """A solver library crashed, refused an option or answered nonsense (exit code 1)."""


class AuditError(PlannerError):
    """A stored result does not stand up to its re-check (exit code 5)."""


def refuse(code: str, message: str, fix: str, path: str = "") -> InputError:
    """Return an `InputError` with a single finding that has no place in a file."""
    return InputError([Finding(code=code, message=message, fix=fix, path=path)])

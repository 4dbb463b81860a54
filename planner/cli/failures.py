"""One place that turns exceptions into short messages and exit codes."""

import contextlib
import enum
import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF)
"""What the system says when stdout takes no more."""
MOST_LINES = 50
"""Most findings written as text; `--json` gives them all."""


class Exit(enum.IntEnum):
    """What the exit code of the process says."""

    FINE = 0
    INTERNAL = 1
    INPUT = 2
    INFEASIBLE = 3
    STOPPED = 4
    REFUTED = 5
    INTERRUPTED = 130
    TERMINATED = 143


@contextmanager
def reported(*, as_json: bool, debug: bool) -> Iterator[None]:
    """Report every exception of the block and end the process with its exit code."""
    try:
        yield
    except BrokenPipeError:
        # Whoever read stdout has what it wanted.
        _silence_stdout()
        sys.exit(int(Exit.INTERNAL))
    except (Exception, KeyboardInterrupt) as error:
        if debug:
            import traceback

            traceback.print_exception(error)
        code, entries = describe(error)
        if as_json and entries[0]["code"] != "output":
            click.echo(json.dumps({"errors": entries}, indent=2, ensure_ascii=False))
        else:
            _write(error, entries)
        sys.exit(int(code))


def describe(error: BaseException) -> tuple[Exit, list[dict[str, Any]]]:
    """Return the exit code of an exception, and its faults as JSON values."""
    from planner.models.base import errors

    if isinstance(error, errors.InputError):
        is_full = any(finding.code == "disk-full" for finding in error.findings)
        code = Exit.INTERNAL if is_full else Exit.INPUT
        return code, [finding.as_dict() for finding in error.findings]
    if isinstance(error, errors.CapabilityError):
        return Exit.INPUT, [_entry("capability", error)]
    if isinstance(error, errors.AuditError):
        return Exit.REFUTED, [_entry("verification", error)]
    if isinstance(error, errors.BackendError):
        return Exit.INTERNAL, [_entry("backend", error)]
    if isinstance(error, click.ClickException):
        return Exit.INPUT, [_entry("usage", error.format_message())]
    if isinstance(error, click.Abort | KeyboardInterrupt):
        told = str(error.__cause__ if isinstance(error, click.Abort) else error)
        return Exit.INTERRUPTED, [_entry("interrupted", told or "Interrupted; nothing was kept.")]
    if isinstance(error, OSError) and error.errno in UNWRITABLE:
        _silence_stdout()
        message = f"the output cannot be written: {error.strerror}."
        return Exit.INTERNAL, [_entry("output", message)]
    summary = f"{type(error).__name__}: {' '.join(str(error).split()) or 'no message'}"
    advice = "This is a defect of planner; run again with --debug for the traceback"
    return Exit.INTERNAL, [_entry("internal", f"{summary}. {advice}.")]


def _silence_stdout() -> None:
    """Keep the interpreter from failing once more at its end, over what is left to be written."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def _entry(code: str, message: object) -> dict[str, Any]:
    return {"code": code, "message": str(message)}


def _write(error: BaseException, entries: list[dict[str, Any]]) -> None:
    """Write one line per fault to stderr."""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
    lines = [entry["message"] for entry in entries]
    findings = getattr(error, "findings", None)
    if findings is not None:
        lines = [str(finding) for finding in findings]
    for line in lines[:MOST_LINES]:
        click.secho(f"error: {line}", fg=None if os.environ.get("NO_COLOR") else "red", err=True)
    if len(lines) > MOST_LINES:
        click.echo(f"... and {len(lines) - MOST_LINES} more; --json lists all.", err=True)

"""The process in which native code runs that may not return: `python -m planner.solvers.worker`.

It is started by `isolation`, in a session of its own, and takes one request. What native code
prints on its standard output goes to standard error; the answers travel over a private pipe.
"""

import faulthandler
import importlib
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from planner.models.base.errors import BackendError, CapabilityError, InputError
from planner.solvers.contract import Answer, Progress, Run
from planner.solvers.messages import (
    Failure,
    Ready,
    Report,
    Request,
    Setting,
    lacking,
    pack,
    receive,
    receive_bytes,
)


def main() -> None:
    """Take one request, answer it, and end at once."""
    commands, answers = _private_pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    channel = _Channel(answers)
    started = time.monotonic()
    channel.send(Ready())
    setting: Setting = receive(commands)
    sys.path[:] = setting.python_path
    content = receive_bytes(commands)
    try:
        channel.send(_answer(content, setting.elapsed - started, commands, channel))
    except Exception:
        channel.send(Failure("crash", traceback.format_exc()))
    sys.stdout.flush()
    sys.stderr.flush()
    # All that matters has been sent; the clean-up of native libraries may hang or crash.
    os._exit(0)


class _Channel:
    """The way to the planner; reports may come from several threads."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, message: object) -> None:
        packed = pack(message)
        with self._lock:
            try:
                self._stream.write(packed)
                self._stream.flush()
            except OSError:
                _end_group()

    def report(self, progress: Progress, answer: Answer | None) -> None:
        self.send(Report(progress, answer))


def _answer(
    content: bytes, offset: float, commands: BinaryIO, channel: _Channel
) -> Answer | Failure:
    """Return the answer to the pickled request; `offset` turns this clock into elapsed time."""
    try:
        request: Request = pickle.loads(content)
        run = Run(
            request.budget,
            seed=request.seed,
            options=request.options,
            previous=request.previous,
            listener=channel.report,
            elapsed=offset + time.monotonic(),
        )
        threading.Thread(target=_obey, args=(commands, run), daemon=True).start()
        answer = _resolve(request.entry)(request.instance, run)
    except MemoryError:
        return Failure("memory", "the method ran out of memory")
    except InputError as error:
        return Failure("input", str(error), error.findings)
    except CapabilityError as error:
        return Failure("capability", str(error))
    except BackendError as error:
        return Failure("backend", str(error))
    except ImportError as error:
        return Failure("missing", lacking(error))
    except BaseException:
        return Failure("crash", traceback.format_exc())
    if not isinstance(answer, Answer):
        return Failure("crash", f"{request.entry} returned {type(answer).__name__}, not an Answer")
    return answer


def _resolve(entry: str) -> Callable[..., Any]:
    module, _, name = entry.partition(":")
    return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]


def _obey(commands: BinaryIO, run: Run) -> None:
    """Stop the run when asked to; end everything when the planner is gone."""
    while commands.read(1):
        run.stop()
    _end_group()


def _end_group() -> None:
    """End this process and every process that it started."""
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the pipes from and to the planner, out of reach of native code and children."""
    commands = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return commands, answers


if __name__ == "__main__":
    main()

"""The planner's side of a worker process: starting it, hearing it, ending it."""

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from planner.solvers.engines.logs import LogTail
from planner.solvers.messages import STOP, Ready, Setting, pack, receive

_JOIN = 0.5


class Gone:
    """The worker has ended without an answer."""


class Child:
    """A worker process in a session of its own, with a temporary folder that goes with it."""

    def __init__(self, request: bytes, elapsed: Callable[[], float]) -> None:
        """Start the process; `request` is packed, `elapsed` tells the seconds since its start."""
        self.tail = LogTail("worker")
        self._request = request
        self._elapsed = elapsed
        self._folder = tempfile.TemporaryDirectory(prefix="planner-", ignore_cleanup_errors=True)
        self._is_sent = threading.Event()
        self._is_stopping = threading.Event()
        self._messages: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "planner.solvers.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment(),
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._commands: IO[bytes] = self._process.stdin
        self._answers: IO[bytes] = self._process.stdout
        self._errors: IO[bytes] = self._process.stderr
        self._threads = [
            threading.Thread(target=target, name=f"planner-{target.__name__}", daemon=True)
            for target in (self._hear, self._log)
        ]
        for thread in self._threads:
            thread.start()

    def next_message(self, timeout: float) -> Any:
        """Return the next message, `Gone` after the last one, or `None` after `timeout` seconds."""
        has_exited = self._has_exited()
        try:
            return self._messages.get(timeout=timeout)
        except queue.Empty:
            return Gone() if has_exited else None

    def ask_to_stop(self) -> None:
        """Ask the method to stop; it may not listen."""
        self._is_stopping.set()
        self._pass_stop_on()

    def end(self) -> int:
        """End the process and all that it started; return its exit code (negative: a signal)."""
        # The group exists until its leader is waited for below.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        with contextlib.suppress(OSError):
            self._commands.close()
        for thread, pipe in zip(self._threads, (self._answers, self._errors), strict=True):
            thread.join(_JOIN)
            # A process that left the group may hold the pipe open; closing it would wait for it.
            if not thread.is_alive():
                pipe.close()
        self._folder.cleanup()
        return code

    def _pass_stop_on(self) -> None:
        """Send the byte, but never before the request; twice does no harm."""
        if self._is_sent.is_set() and self._is_stopping.is_set():
            with contextlib.suppress(OSError):
                self._commands.write(STOP)
                self._commands.flush()

    def _has_exited(self) -> bool:
        """Tell without waiting for it, so that its group lives on; not known on some systems.

        The end of its pipe tells too, unless a process that it forked holds the pipe open.
        """
        if not hasattr(os, "waitid"):
            return False
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        with contextlib.suppress(ChildProcessError):
            return os.waitid(os.P_PID, self._process.pid, options) is not None
        return False

    def _environment(self) -> dict[str, str]:
        # The folder with the package; not resolved, as `solvers` may be a link inside it.
        root = str(Path(__file__).parents[2])
        known = os.environ.get("PYTHONPATH")
        path = root if not known else root + os.pathsep + known
        return {**os.environ, "PYTHONPATH": path, "TMPDIR": self._folder.name}

    def _hear(self) -> None:
        """Pass messages on; the request goes out when the worker is ready."""
        try:
            while True:
                message = receive(self._answers)
                if not isinstance(message, Ready):
                    self._messages.put(message)
                    continue
                folders = tuple(folder or str(Path.cwd()) for folder in sys.path)
                self._commands.write(pack(Setting(folders, self._elapsed())))
                self._commands.write(self._request)
                self._commands.flush()
                # It may hold millions of flows, which are needed no more.
                self._request = b""
                self._is_sent.set()
                self._pass_stop_on()
        except (EOFError, OSError):
            pass
        except (pickle.UnpicklingError, AttributeError, ImportError) as error:
            self.tail.write_line(f"a message of the worker cannot be read: {error}")
        finally:
            self._messages.put(Gone())

    def _log(self) -> None:
        for line in self._errors:
            self.tail.write_line(line.decode("utf-8", errors="replace"))

"""Tells native code to stop when the run is to stop."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from planner.solvers.contract import Run

_PERIOD = 0.02


@contextmanager
def watching(run: Run, stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` from another thread, again and again, once the run is to stop.

    Again and again, because a solver forgets a request that comes before its search has begun.
    """
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_PERIOD):
            if run.stopping() is not None:
                stop()

    thread = threading.Thread(target=watch, name="planner-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()

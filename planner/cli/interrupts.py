"""SIGTERM, which ends a run the way Ctrl-C does, so that the best plan is kept."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from planner.cli.failures import Exit


@contextmanager
def termination() -> Iterator[None]:
    """Turn SIGTERM into Ctrl-C while the block runs, and the exit code 130 into 143 then.

    A handler that somebody else has set is left in charge.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    arrived: list[int] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        arrived.append(number)
        # A shell lets the commands it starts with `&` ignore SIGINT.
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, pass_on)
    try:
        yield
    except SystemExit as end:
        if arrived and end.code == Exit.INTERRUPTED:
            sys.exit(int(Exit.TERMINATED))
        raise
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

"""Ctrl-C while a plan is re-checked and saved: it waits, so that the plan is not lost."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def held() -> Iterator[list[int]]:
    """Hold Ctrl-C back while the block runs; yield a list that has an entry once it was pressed.

    The second press raises `KeyboardInterrupt`, for a block that does not end. Outside of the main
    thread, where Ctrl-C does not arrive, nothing is changed.
    """
    presses: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield presses
        return

    def note(number: int, frame: FrameType | None) -> None:
        presses.append(number)
        if len(presses) > 1:
            raise KeyboardInterrupt("Interrupted twice while the plan was being kept; it is lost.")

    before = signal.signal(signal.SIGINT, note)
    try:
        yield presses
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)

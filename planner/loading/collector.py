"""Keeps Python's collector of cycles off while a large document is read."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pause the collector while the block runs.

    It would walk through all values read so far again and again, and values form no cycles. What
    the block leaves behind is collected later as ever.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

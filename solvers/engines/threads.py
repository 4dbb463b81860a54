"""How many threads dense linear algebra may use.

OpenBLAS takes every core and lets its threads spin while they wait for one another. On a machine
that does anything else, small matrices then take ten times as long or more than on one thread.
"""

import contextlib
import ctypes
import functools
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path


@contextlib.contextmanager
def blas_threads(count: int | None) -> Iterator[None]:
    """Let numpy and scipy use `count` threads (one if `None`) within the block.

    Nothing happens where they were built with another library than their wheels bring.
    """
    before = [(put, get()) for put, get in _controls()]
    for put, _ in before:
        put(count or 1)
    try:
        yield
    finally:
        for put, old in before:
            put(old)


@functools.cache
def _controls() -> tuple[tuple[Callable[[int], None], Callable[[], int]], ...]:
    """Return how to set and to ask the number of threads of each copy of OpenBLAS."""
    found = []
    for package in ("numpy", "scipy"):
        home = importlib.import_module(package).__file__
        assert home is not None
        for path in sorted(Path(home).parents[1].glob(f"{package}.libs/libscipy_openblas*")):
            with contextlib.suppress(OSError, AttributeError):
                library, tail = ctypes.CDLL(str(path)), "64_" if "64_" in path.name else ""
                put = getattr(library, f"scipy_openblas_set_num_threads{tail}")
                get = getattr(library, f"scipy_openblas_get_num_threads{tail}")
                get.restype = ctypes.c_int
                found.append((put, get))
    return tuple(found)

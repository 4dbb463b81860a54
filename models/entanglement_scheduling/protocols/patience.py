"""When to give up a search for protocols, asked between its steps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class OutOfTime(Exception):
    """Whoever wanted protocols waits for them no longer; nothing of the search is kept."""


_IS_OVER: ContextVar[Callable[[], bool] | None] = ContextVar("is_over", default=None)


@contextmanager
def patient_until(is_over: Callable[[], bool]) -> Iterator[None]:
    """Let searches for protocols within raise `OutOfTime` as soon as `is_over` says so."""
    token = _IS_OVER.set(is_over)
    try:
        yield
    finally:
        _IS_OVER.reset(token)


def check_patience() -> None:
    """Raise `OutOfTime` if a search is to end; searches have caches, which pass exceptions on."""
    is_over = _IS_OVER.get()
    if is_over is not None and is_over():
        raise OutOfTime

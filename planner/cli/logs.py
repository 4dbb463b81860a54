"""The logs of `planner.*` on stderr, while a verb runs."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class _Stderr(logging.Handler):
    """Writes to what is stderr at that moment: the live line takes it over while it is shown."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(self.format(record) + "\n")


@contextmanager
def to_stderr(*, debug: bool) -> Iterator[None]:
    """Send the logs of this package to stderr: what happens, or (`debug`) every detail."""
    logger = logging.getLogger("planner")
    level = logger.level
    handler = _Stderr()
    handler.setFormatter(logging.Formatter("%(levelname).1s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if debug else logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)

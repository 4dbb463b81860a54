"""Violations of many entities in few lines: the first ones by name, the rest together."""

from collections.abc import Callable, Iterator

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.evaluation import Violation

SHOWN = 10
"""Violations of one kind and step that are named one by one."""


def name_each(
    code: str,
    constraint: str,
    at: IntArray,
    where: Callable[[int], str],
    amounts: FloatArray | None = None,
    unit: str = "1",
) -> Iterator[Violation]:
    """Yield a violation for each position in `at`; what comes after the first few is summed up.

    `amounts` has one entry per entry of `at`.
    """
    for number, position in enumerate(at[:SHOWN]):
        yield Violation(
            code=code,
            constraint=constraint,
            where=where(int(position)),
            amount=None if amounts is None else float(amounts[number]),
            unit=unit,
        )
    if len(at) > SHOWN:
        yield Violation(
            code=code,
            constraint=constraint,
            where=f"and {len(at) - SHOWN} more",
            amount=None if amounts is None else float(np.sum(amounts[SHOWN:])),
            unit=unit,
        )

"""Names for the qubits that protocols hold, as the published pipeline gives them."""

from collections.abc import Sequence
from fractions import Fraction

from planner.models.entanglement_scheduling.shape import Shape


class Naming:
    """Gives one protocol after the other qubits of each pool, with an eye on how used they are.

    The published rule sorts the qubits that a protocol needs of a pool by how much it uses them,
    the least first, and the pool's by how much earlier protocols use them, the most first, and
    pairs them in that order. (It packs where it could spread; the published task sets follow it.)
    """

    def __init__(self, capacity: Sequence[int]) -> None:
        """Begin with every qubit unused; `capacity` says how many each pool has."""
        self._pools: list[list[int]] = []
        total = 0
        for count in capacity:
            self._pools.append(list(range(total, total + count)))
            total += count
        self._use = [Fraction(0)] * total

    def name(self, shape: Shape, period: int) -> tuple[tuple[int, int, int], ...]:
        """Return the segments of a shape as (qubit, begin, end); they count as use from then on."""
        spans = []
        for pool in sorted(set(shape.pool.tolist())):
            at = shape.pool == pool
            rows = sorted(zip(shape.begin[at].tolist(), shape.end[at].tolist(), strict=True))
            lines = sorted(_lines(rows), key=_work)
            free = sorted(self._pools[pool], key=lambda qubit: (-self._use[qubit], qubit))
            for line, qubit in zip(lines, free, strict=False):
                self._use[qubit] += Fraction(_work(line), period)
                spans += [(qubit, begin, end) for begin, end in line]
        return tuple(sorted(spans))


def _lines(rows: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Deal intervals, in order of their begin, to as few lines as hold them without overlap."""
    lines: list[list[tuple[int, int]]] = []
    for begin, end in rows:
        for line in lines:
            if line[-1][1] <= begin:
                line.append((begin, end))
                break
        else:
            lines.append([(begin, end)])
    return lines


def _work(line: list[tuple[int, int]]) -> int:
    return sum(end - begin for begin, end in line)
